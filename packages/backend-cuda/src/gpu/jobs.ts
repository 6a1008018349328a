import type { DriverFacts } from '@tilewright/devices'
import type { Failure, TimingProtocol } from '@tilewright/tuner'
import type { Work } from '../work.ts'

/**
 * What the process that holds a GPU is asked to do, and what it answers. Plain data, and no plan: the process knows
 * bytes and launches only, so that little is loaded before the driver. Tensors go through files: 240 MB took 0.9 s so,
 * and 5.3 s through the channel between the two processes (Node 20.20, 2 busy cores, 2026-11-25).
 */
export interface Jobs {
  /** The GPUs that the driver sees. */
  find: { readonly job: { readonly library: string }; readonly answer: { readonly status: 'found' } & Found }
  /** Takes a GPU, by its number; the first job before any of those below. */
  open: {
    readonly job: { readonly library: string; readonly index: number }
    readonly answer: { readonly status: 'opened' }
  }
  /** Loads a module, cubin or PTX, from a file; the answer's number stands for it. */
  load: {
    readonly job: { readonly file: string }
    readonly answer: { readonly status: 'loaded'; readonly module: number }
  }
  /** Runs once. The files hold the bytes of the inputs and, then, of the outputs, one after the other. */
  run: {
    readonly job: { readonly module: number; readonly work: Work; readonly inputs: string; readonly outputs: string }
    readonly answer: { readonly status: 'ran' }
  }
  /** Puts inputs on the GPU for everything that is timed on them; they stay until others come and nothing uses them. */
  place: {
    readonly job: { readonly work: Work; readonly inputs: string }
    readonly answer: { readonly status: 'placed'; readonly inputs: number }
  }
  /** Makes ready what is to be timed on inputs that were placed, instead of what the module had ready before. */
  prepare: {
    readonly job: { readonly module: number; readonly work: Work; readonly inputs: number }
    readonly answer: { readonly status: 'prepared' }
  }
  /** Times what was prepared. */
  time: {
    readonly job: { readonly module: number; readonly protocol: TimingProtocol }
    readonly answer: { readonly status: 'timed'; readonly durationsNs: readonly number[]; readonly cut: boolean }
  }
  unload: { readonly job: { readonly module: number }; readonly answer: { readonly status: 'unloaded' } }
}

export type JobName = keyof Jobs

/** A job as it is sent. */
export type Message = { readonly [name in JobName]: { readonly name: name } & Jobs[name]['job'] }[JobName]

/** What goes wrong at the driver: its library cannot be used, or it answered a call with an error. */
export interface Refused extends Failure {
  readonly status: 'runtime'
  readonly reason: 'no-driver' | 'driver'
  /** Whether the error has ended the context: the process can do nothing more. */
  readonly isLost: boolean
}

export type Answer<N extends JobName> = Jobs[N]['answer'] | Refused

export interface Found {
  /** The newest CUDA that the driver serves: `13.0`. */
  readonly cudaVersion: string
  readonly gpus: readonly FoundGpu[]
}

export interface FoundGpu {
  /** `GPU-` and the UUID. */
  readonly uuid: string
  readonly facts: DriverFacts
}

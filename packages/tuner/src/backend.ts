import type { Kernel } from '@tilewright/codegen'
import type { Device } from '@tilewright/devices'
import type { Plan, Target, Tensors } from '@tilewright/kernels'

/** Compiles, launches and, where the hardware is real, times kernels. Failures of a candidate are data, never thrown. */
export interface Backend {
  /** As typed: `webgpu:0`, `cuda-cpu`, `h100-sxm`. */
  readonly name: string
  readonly device: Device
  readonly target: Target
  /** The most that this backend can prove of a configuration. */
  readonly evidence: 'compiled' | 'measured'
  /** Adapter, driver, compiler and their versions: a log made under another fingerprint is not resumed. */
  readonly fingerprint: Readonly<Record<string, string>>
  load(kernel: Kernel): Promise<Loaded | Failure>
  close(): Promise<void>
}

/** A compiled kernel, ready to run with any plan made for the same source. */
export interface Loaded {
  readonly status: 'loaded'
  /** Milliseconds from source to something that can be launched. */
  readonly compileMs: number
  /** What the compiler says, where it says anything (CUDA). */
  readonly report?: CompilerReport
  /** Runs the plan once. Inputs by buffer name; the result holds every output buffer. */
  run(plan: Plan, inputs: Tensors): Promise<{ readonly status: 'ran'; readonly outputs: Tensors } | Failure>
  /** Durations of single executions of the plan, in nanoseconds, outputs discarded. Only where evidence is `measured`. */
  time?(plan: Plan, inputs: Tensors, protocol: TimingProtocol): Promise<Timing | Failure>
  release(): void
}

export interface TimingProtocol {
  readonly warmupMs: number
  readonly measureMs: number
  readonly leastRuns: number
  /** Stop early when the fastest of the first three runs takes longer than this, in nanoseconds. */
  readonly cutNs?: number
}

export interface Timing {
  readonly status: 'timed'
  readonly durationsNs: readonly number[]
  readonly clock: 'timestamp-query' | 'cuda-event' | 'wall'
  readonly cut: boolean
}

/** What `ptxas -v` reports of one entry point. */
export interface CompilerReport {
  readonly architecture: string
  readonly registers: number
  readonly spillBytes: number
  readonly stackBytes: number
  /** Static shared memory; dynamic shared memory is the plan's. */
  readonly sharedBytes: number
}

/** Status words are those of the T4 results format; `reason` is our finer word, such as `spills` or `race`. */
export interface Failure {
  readonly status: 'compile' | 'runtime' | 'timeout'
  readonly reason: string
  readonly message: string
}

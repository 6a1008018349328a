import { device as deviceOf, type Device } from '@tilewright/devices'
import { spaceOf, type Configuration, type KernelId, type Problem } from '@tilewright/kernels'
import type { Backend, Loaded } from './backend.ts'
import type { LogEntry } from './log.ts'
import { poolOf, type Pool } from './pool.ts'
import { protocolOf, type Protocol } from './protocol.ts'
import { simulate, type SimulatedHost, type SimulationOptions } from './simulate.ts'
import { keyOf, type Trial } from './trial.ts'

// What the tests share: a small real kernel, its real space, and durations that the cost model does not foresee.

export const ID: KernelId = { kernel: 'scan', pass: 'forward', target: 'wgsl' }
export const PROBLEM: Problem = { cell: 'mingru', dtype: 'f32', batch: 2, time: 9, heads: 1, headDim: 8 }
export const DEVICE: Device = deviceOf('webgpu-default')
export const POOL: Pool = poolOf(spaceOf(ID, PROBLEM, DEVICE))

const USUAL = protocolOf(DEVICE)

/** The usual protocol with a final that asks for little. */
export const QUICK: Protocol = {
  ...USUAL,
  warmupMs: 0,
  measureMs: 1,
  leastRuns: 9,
  final: { ...USUAL.final, rounds: 20, leastRounds: 20 },
}

export const HOST: SimulatedHost = {
  backend: 'test',
  device: DEVICE,
  evidence: 'measured',
  fingerprint: { driver: '1' },
  kernel: ID,
}

/** Nanoseconds that a configuration really takes; no two of the pool are within 2 % by more than chance. */
export function truth(config: Configuration): number {
  // What is off costs nothing.
  const values = Object.values(config).filter((value) => value > 0)
  return (
    2e5 *
    (1 + values.reduce((total, value, i) => total + Math.abs(Math.log2(value) - 0.47 * (i + 1)) * (0.3 + 0.11 * i), 0))
  )
}

/** A log in which every configuration of the pool was tried; `override` gives what is not simply correct. */
export function logOfAll(
  options: {
    truth?: (config: Configuration) => number
    override?: (config: Configuration, rank: number) => Partial<Trial> | undefined
  } = {},
): readonly LogEntry[] {
  return POOL.ranked.map((candidate, rank) => ({
    type: 'trial',
    ...candidate,
    status: 'correct',
    timing: { durationsNs: [(options.truth ?? truth)(candidate.config)], clock: 'wall', cut: false },
    ...options.override?.(candidate.config, rank),
  }))
}

/** A device that behaves as `logOfAll` says. */
export function simulated(options: Parameters<typeof logOfAll>[0] & Partial<SimulationOptions> = {}): Backend {
  return simulate({ header: HOST, entries: logOfAll(options) }, { seed: 1, ...options })
}

/** The backend with the kernels of one configuration, or of all, changed. */
export function changed(
  backend: Backend,
  change: (loaded: Loaded) => Partial<Loaded>,
  config?: Configuration,
): Backend {
  return {
    ...backend,
    async load(kernel) {
      const loaded = await backend.load(kernel)
      if (loaded.status !== 'loaded' || (config && keyOf(config) !== keyOf(kernel.config))) return loaded
      return { ...loaded, ...change(loaded) }
    },
  }
}

/** A log in memory that remembers what it was told. */
export function memoryLog(entries: readonly LogEntry[] = []): {
  open(): Promise<readonly LogEntry[]>
  append(entry: LogEntry): Promise<void>
  close(): Promise<void>
  readonly entries: LogEntry[]
  readonly closed: () => boolean
} {
  const kept = [...entries]
  let isClosed = false
  return {
    entries: kept,
    closed: () => isClosed,
    open: () => Promise.resolve([...kept]),
    append: (entry) => {
      kept.push(entry)
      return Promise.resolve()
    },
    close: () => {
      isClosed = true
      return Promise.resolve()
    },
  }
}

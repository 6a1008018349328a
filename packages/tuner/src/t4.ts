import type { Configuration } from '@tilewright/kernels'
import { median } from './statistics.ts'
import type { Trial } from './trial.ts'

/** A results file of the T4 auto-tuning format, 1.0.0, as Kernel Tuner writes and reads it. */
export interface T4Results {
  readonly schema_version: '1.0.0'
  readonly results: readonly T4Result[]
}

export interface T4Result {
  readonly configuration: Configuration
  /** Milliseconds. What the tuner itself took is not recorded and is 0. */
  readonly times: {
    readonly compilation_time: number
    readonly runtimes: readonly number[]
    readonly framework: number
    readonly search_algorithm: number
    readonly validation: number
  }
  readonly invalidity: Trial['status']
  /** 1 where the outputs were compared and are right. */
  readonly correctness: 0 | 1
  readonly measurements: readonly { readonly name: string; readonly value: number; readonly unit: string }[]
  readonly objectives: readonly string[]
}

/** The trials for other tuners' tools; a median duration where there is one, and the cost model's figure. */
export function toT4(trials: readonly Trial[]): T4Results {
  return { schema_version: '1.0.0', results: trials.map(resultOf) }
}

function resultOf({ config, status, reason, compileMs = 0, timing, objective }: Trial): T4Result {
  const runtimes = timing?.durationsNs.map((ns) => ns / 1e6) ?? []
  const isTimed = runtimes.length > 0
  return {
    configuration: config,
    times: { compilation_time: compileMs, runtimes, framework: 0, search_algorithm: 0, validation: 0 },
    invalidity: status,
    correctness: status === 'correct' && reason !== 'unchecked' ? 1 : 0,
    measurements: [
      ...(isTimed ? [{ name: 'time', value: median(runtimes), unit: 'ms' }] : []),
      ...(objective === undefined ? [] : [{ name: 'model', value: objective, unit: '' }]),
    ],
    objectives: [isTimed || objective === undefined ? 'time' : 'model'],
  }
}

import type { Configuration } from '@tilewright/kernels'
import type { ReferenceError } from '@tilewright/presets'
import type { CompilerReport, Timing } from './backend.ts'

/** The words of the T4 results format for what became of a configuration. */
export type TrialStatus = 'correct' | 'constraints' | 'compile' | 'runtime' | 'timeout' | 'correctness'

/** What the test of one configuration gave. */
export interface Trial {
  /** In declaration order. */
  readonly config: Configuration
  /** The cost model's figure, lower is better; absent where the configuration is outside the ranking. */
  readonly objective?: number
  readonly status: TrialStatus
  /**
   * Our finer word. Of `correct`: `cut` (timing was given up early), `unchecked` (compiled, its outputs not compared).
   * Of the others: `rules`, `spills`, `registers`, `nan`, `error`, `missing`, `shape`, `unstable`, `threw`, or the
   * backend's own.
   */
  readonly reason?: string
  readonly message?: string
  readonly compileMs?: number
  readonly report?: CompilerReport
  /** Of the output that is furthest from the reference. */
  readonly error?: ReferenceError
  /** Single executions in the order they ran, none left out. */
  readonly timing?: Omit<Timing, 'status'>
}

/** A configuration under test. */
export interface Candidate {
  readonly config: Configuration
  readonly objective?: number
}

const keys = new WeakMap<Configuration, string>()

/** Equal for equal configurations, whatever the order of their names. */
export function keyOf(config: Configuration): string {
  // Everything that is decided about a search looks configurations up again and again.
  const known = keys.get(config)
  if (known !== undefined) return known
  const key = Object.keys(config)
    .toSorted()
    .map((name) => `${name}=${config[name]}`)
    .join(' ')
  keys.set(config, key)
  return key
}

/** The last word on each configuration, in the order in which they were first tried. */
export function latestTrials(trials: readonly Trial[]): readonly Trial[] {
  const latest = new Map<string, Trial>()
  for (const trial of trials) latest.set(keyOf(trial.config), trial)
  return [...latest.values()]
}

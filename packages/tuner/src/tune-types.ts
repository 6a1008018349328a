import type { Kernel } from '@tilewright/codegen'
import type { Configuration, KernelId, Problem } from '@tilewright/kernels'
import type { Measurement, ReferenceError } from '@tilewright/presets'
import type { Explanation } from '@tilewright/solver'
import type { Backend } from './backend.ts'
import type { TrialLog } from './log.ts'
import type { Protocol } from './protocol.ts'
import type { StrategyName } from './strategies/index.ts'
import type { Trial } from './trial.ts'
import type { Verdict } from './verdict.ts'

/** What to tune, where, and how long. */
export interface TuneRequest {
  readonly id: KernelId
  readonly problem: Problem
  readonly backend: Backend
  /** The shipped preset: tried first, and kept unless something is shown to be faster. */
  readonly incumbent?: Configuration | undefined
  /** Configurations to try, 16 unless said otherwise; `exhaustive` tries all. */
  readonly trials?: number | undefined
  /** For the trials and the final together. At least one candidate is tried, whatever it costs. */
  readonly budgetMs?: number | undefined
  /** Of the inputs, the random draws and the final's order. */
  readonly seed: number
  /** `spread` where durations are measured, `model` where not, unless said otherwise. */
  readonly strategy?: StrategyName | undefined
  readonly protocol?: Protocol | undefined
  /** Closed at the end. */
  readonly log?: TrialLog | undefined
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: ((event: TuneEvent) => void) | undefined
}

/** What happens on the way, for people who wait. */
export type TuneEvent =
  | { readonly type: 'space'; readonly count: bigint; readonly planned: number; readonly resumed: number }
  /** Fewer steps than asked for: the outputs of that problem are compared. */
  | { readonly type: 'checking'; readonly problem: Problem }
  | { readonly type: 'trial'; readonly trial: Trial; readonly done: number; readonly planned: number }
  | { readonly type: 'final'; readonly contenders: number; readonly done: number; readonly rounds: number }
  /** The search ended before it had tried as many as planned. */
  | { readonly type: 'stopped'; readonly reason: 'budget' | 'crashes' }

export type TuneResult = Tuned | Infeasible | Failed | Interrupted

export interface Tuned extends Outcome {
  readonly status: 'tuned'
  readonly config: Configuration
  readonly kernel: Kernel
  readonly evidence: Backend['evidence']
  /** Present where the evidence is `measured`. */
  readonly measurement?: Measurement
  /** The cost model's figure; absent for an incumbent that is outside the ranking. */
  readonly objective?: number
  readonly error: ReferenceError
  readonly trial: Trial
  /** Absent where fewer than two configurations were left to compare, or nothing is timed. */
  readonly final?: Verdict
}

/** No configuration satisfies the rules. */
export interface Infeasible {
  readonly status: 'infeasible'
  readonly explanation: Explanation
}

/** Not one configuration was tried that works. */
export interface Failed extends Outcome {
  readonly status: 'failed'
}

/** The signal was aborted. */
export interface Interrupted extends Outcome {
  readonly status: 'interrupted'
  /** The best so far, without a final. */
  readonly best?: Trial
}

interface Outcome {
  readonly trials: readonly Trial[]
  readonly spaceCount: bigint
  /** Every configuration of the space was tried. */
  readonly isComplete: boolean
  /** Steps of the problem whose outputs were compared; fewer than asked for where the reference would take too long. */
  readonly checkedSteps: number
}

import type { Configuration } from '@tilewright/kernels'
import { bootstrapMedian, type Interval } from './statistics.ts'
import { keyOf } from './trial.ts'

/** What a paired final measured: all that its verdict depends on. */
export interface FinalRecord {
  /** The first contender is the shipped preset, which stays unless it is shown to be slower. */
  readonly hasIncumbent: boolean
  /** The incumbent first where there is one. */
  readonly contenders: readonly Contender[]
  /** For each round, nanoseconds for each contender, in the order of the contenders. */
  readonly rounds: readonly (readonly number[])[]
}

export interface Contender {
  readonly config: Configuration
  /** Threads that the plan launches: the fewer, the more is left for others; a tie-break. */
  readonly threads: number
}

/** Who won the final, and how sure that is. */
export interface Verdict {
  readonly winner: Configuration
  /** An incumbent was there and something else won. */
  readonly isReplaced: boolean
  /** Duration over the first contender's, per round, for every other one, with the interval decided by. */
  readonly ratios: readonly (Interval & { readonly config: Configuration })[]
  /** Contenders that cannot be told from the winner, in the order of the tie-break. */
  readonly ties: readonly Configuration[]
  readonly rounds: number
}

// All challengers together beat an equal incumbent by chance in fewer than one final of a hundred; with 1 in 20, the
// usual 95 %, a preset that is tuned again every week would change for nothing twice a year.
const FAMILY_ERROR = 0.01

/**
 * The incumbent, unless a challenger's ratio to it lies below the threshold with all of its interval. Intervals hold for
 * all challengers together (Bonferroni: 1 − 0.01 / challengers for each, wider than 95 % alone would be), because the
 * best of several noisy challengers looks better than it is. Of several that pass, or of all where there is no
 * incumbent, the least median; of those that tie with that one, the fewest threads, then the first by name.
 */
export function verdictOf(record: FinalRecord, threshold: number): Verdict {
  const { contenders, rounds, hasIncumbent } = record
  const confidence = 1 - FAMILY_ERROR / Math.max(1, contenders.length - 1)
  const against = (a: number, b: number): Interval =>
    bootstrapMedian(
      rounds.map((round) => ratio(round[a]!, round[b]!)),
      confidence,
    )
  const everyone = contenders.map((_, i) => i)
  const intervals = everyone.map((i) => against(i, 0))
  // Within the threshold, or not shown to be outside of it, two are one.
  const tiesWith = (best: number, others: readonly number[]): readonly number[] =>
    others.filter((other) => {
      const { median: middle, upper } = against(best, other)
      return other === best || (middle >= threshold && upper >= threshold)
    })
  const passing = hasIncumbent ? everyone.filter((i) => intervals[i]!.upper < threshold) : everyone
  const leader = passing.length === 0 ? 0 : leastOf(passing, (i) => intervals[i]!.median)
  const equals = tiesWith(leader, passing).toSorted((a, b) => tieBreak(contenders[a]!, contenders[b]!))
  const winner = equals[0] ?? 0
  const ties = tiesWith(winner, everyone).filter((i) => i !== winner)
  return {
    winner: contenders[winner]!.config,
    isReplaced: hasIncumbent && winner !== 0,
    ratios: intervals.map((interval, i) => ({ config: contenders[i]!.config, ...interval })).slice(1),
    ties: [winner, ...ties].map((i) => contenders[i]!.config),
    rounds: rounds.length,
  }
}

// A coarse clock may show 0 for both: then they are equal as far as anyone can tell.
function ratio(a: number, b: number): number {
  return a === b ? 1 : a / b
}

function leastOf(indices: readonly number[], value: (index: number) => number): number {
  return indices.reduce((a, b) => (value(b) < value(a) ? b : a))
}

function tieBreak(a: Contender, b: Contender): number {
  return a.threads - b.threads || (keyOf(a.config) < keyOf(b.config) ? -1 : 1)
}

import type { Random } from '../random.ts'
import type { Candidate, Trial } from '../trial.ts'

/** What a strategy sees when it proposes the next candidate. It holds no state: a resumed search goes on as it would have. */
export interface Search {
  /** Best first under the cost model. */
  readonly ranked: readonly Candidate[]
  /** Keys of what was tried or is being tried. */
  readonly taken: ReadonlySet<string>
  /** What is known so far. */
  readonly trials: readonly Trial[]
  /** How many configurations are to be tried in all. */
  readonly planned: number
  /** Depends on the seed and on how many were taken. */
  readonly random: Random
}

/** The next candidate, never one that was taken; undefined only when all of the ranking was. */
export type Strategy = (search: Search) => Candidate | undefined

import { best, count, violated, type Space } from '@tilewright/solver'
import type { Configuration } from '@tilewright/kernels'
import { keyOf, type Candidate } from './trial.ts'

// A ranking is held in memory and walked for every proposal. Beyond this many, what is left out is what the cost model
// finds worse than all of these.
const LARGEST_RANKING = 4096

/** What a search chooses from: the space's best configurations under its cost model, all of them where it is small. */
export interface Pool {
  readonly count: bigint
  /** Best first; ties in the solver's order, so the same space gives the same ranking. */
  readonly ranked: readonly Candidate[]
}

export function poolOf(space: Space): Pool {
  const total = count(space)
  const size = total < BigInt(LARGEST_RANKING) ? Number(total) : LARGEST_RANKING
  const ranked = size === 0 ? [] : best(space, size)
  return { count: total, ranked: ranked.map(({ configuration, objective }) => ({ config: configuration, objective })) }
}

/** A configuration from outside as a candidate of the pool, and the rules that it breaks. */
export function placed(
  config: Configuration,
  pool: Pool,
  space: Space,
): { readonly candidate: Candidate; readonly broken: readonly string[] } {
  const key = keyOf(config)
  const known = pool.ranked.find((candidate) => keyOf(candidate.config) === key)
  return known ? { candidate: known, broken: [] } : { candidate: { config }, broken: violated(space, config) }
}

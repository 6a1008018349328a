import { family, familyOf } from './families.ts'
import type { Problem, Target } from './problem.ts'
import type { TensorSpec } from './tensor.ts'

/** Half the distance of neighbouring numbers, relative to the smaller one. */
const ROUNDOFF = { f32: 2 ** -24, bf16: 2 ** -8, f16: 2 ** -11, u32: 0 } as const

/**
 * The largest error allowed of any element of an output, relative to the largest magnitude of its tensor. The one place
 * where tolerances are made.
 *
 * The recurrence forgets: gates below 1 keep the errors of old steps from adding up, at any length. Hence the roundings
 * that one step makes, as its family counts them, and one of the type in which the output is stored. Where each stored
 * state is fed back, a handful of those.
 */
export function toleranceOf(problem: Problem, { dtype }: Pick<TensorSpec, 'dtype'>, target: Target = 'cuda'): number {
  const { roundings, feedsBackStored } = family(familyOf(problem.cell))
  if (feedsBackStored && problem.dtype !== 'f32') return 5 * ROUNDOFF[problem.dtype]
  const computed = ROUNDOFF.f32 * roundings(problem, target)
  return dtype === 'f32' ? computed : computed + ROUNDOFF[dtype]
}

/** The largest |actual − expected| over the tensor's largest |expected|, and where; a NaN counts as infinitely wrong. */
export function relativeError(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): { readonly value: number; readonly index: number } {
  let scale = 0
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]!))
  let worst = { value: 0, index: 0 }
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(actual[i]! - expected[i]!) / (scale || 1)
    const value = Number.isNaN(distance) || actual[i] === undefined ? Infinity : distance
    if (value > worst.value) worst = { value, index: i }
  }
  return worst
}

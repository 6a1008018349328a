import { family, familyOf } from './families.ts'
import type { Problem, Target } from './problem.ts'

const UNIT_ROUNDOFF_F32 = 2 ** -24
const UNIT_ROUNDOFF_BF16 = 2 ** -9
const UNIT_ROUNDOFF_F16 = 2 ** -11

/**
 * The largest error allowed of any element, relative to the largest magnitude of its tensor. The one place where
 * tolerances are made.
 *
 * The recurrence forgets: gates below 1 keep the errors of old steps from adding up, at any length. Hence the roundings
 * that one step makes, as its family counts them. bf16 and f16 round each stored state, which is fed back: a handful of
 * their roundings.
 */
export function toleranceOf(problem: Problem, target: Target = 'cuda'): number {
  if (problem.dtype === 'bf16') return 10 * UNIT_ROUNDOFF_BF16
  if (problem.dtype === 'f16') return 10 * UNIT_ROUNDOFF_F16
  return UNIT_ROUNDOFF_F32 * family(familyOf(problem.cell)).roundings(problem, target)
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

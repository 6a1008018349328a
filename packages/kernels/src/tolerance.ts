import { cell as findCell } from '@tilewright/cells'
import type { Problem, Target } from './problem.ts'

const UNIT_ROUNDOFF_F32 = 2 ** -24
const UNIT_ROUNDOFF_BF16 = 2 ** -9
const UNIT_ROUNDOFF_F16 = 2 ** -11

/**
 * The largest error allowed of any element, relative to the largest magnitude of its tensor. The one place where
 * tolerances are made.
 *
 * A gate sums D products (error of a random sum: √D roundings), passes two or three functions of a few ulp each, and the
 * recurrence forgets: gates below 1 keep the errors of old steps from adding up, at any length. Hence roundings ×
 * (a constant for the functions + √D). bf16 and f16 round each stored state, which is fed back: a handful of their roundings.
 * WGSL grants exp 3 + 2|x| ulp and tanh what follows from it (WGSL, floating point accuracy), hence twice the constant.
 * A scan's gates are sigmoids: of exp(-x) that is at most one ulp of 1, 0.2 · 5 at |x| = 1, hence a quarter more.
 */
export function toleranceOf(problem: Problem, target: Target = 'cuda'): number {
  if (problem.dtype === 'bf16') return 10 * UNIT_ROUNDOFF_BF16
  if (problem.dtype === 'f16') return 10 * UNIT_ROUNDOFF_F16
  const isScan = findCell(problem.cell).kind === 'scan'
  const functions = target === 'cuda' ? 64 : isScan ? 80 : 128
  return UNIT_ROUNDOFF_F32 * (functions + (isScan ? 0 : 8 * Math.sqrt(problem.headDim)))
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

import type { Problem } from '@tilewright/kernels'

// A stated coverage: outside of it a preset says nothing about the problem, and the model decides. These factors are a
// choice, not a measurement. Batch and time are run-time values of a kernel, head dim is compiled in.
const MOST_BATCH_FACTOR = 2
const MOST_TIME_FACTOR = 8
const MOST_HEAD_DIM_FACTOR = 1.25
// Head dims that share the power of two that divides them, up to this one, need the same tails and vectors.
const LARGEST_DIVISOR = 64

/** Whether flags that a kernel is made for are the same: tensors lie alike, and mean the same. */
function hasSameFlags(one: Problem, other: Problem): boolean {
  return (
    (one.layout ?? 'btd') === (other.layout ?? 'btd') &&
    one.packed?.join() === other.packed?.join() &&
    one.checkpoint === other.checkpoint &&
    Boolean(one.resets) === Boolean(other.resets) &&
    Boolean(one.cuSeqlens) === Boolean(other.cuSeqlens)
  )
}

/**
 * How far a preset's problem is from the one asked for, where it is in the same class: same cell, dtype, heads, flags and
 * divisibility of the head dim, sizes within the coverage. 0 for the same problem, `undefined` outside the class.
 */
export function distance(problem: Problem, preset: Problem): number | undefined {
  const isSameClass =
    problem.cell === preset.cell &&
    problem.dtype === preset.dtype &&
    problem.heads === preset.heads &&
    hasSameFlags(problem, preset) &&
    powerOfTwo(problem.headDim) === powerOfTwo(preset.headDim)
  if (!isSameClass) return undefined
  const headDim = octaves(problem.headDim, preset.headDim)
  const batch = octaves(problem.batch, preset.batch)
  const time = octaves(problem.time, preset.time)
  const isCovered =
    headDim <= Math.log2(MOST_HEAD_DIM_FACTOR) &&
    batch <= Math.log2(MOST_BATCH_FACTOR) &&
    time <= Math.log2(MOST_TIME_FACTOR)
  // Head dim changes the tiling most, time least.
  return isCovered ? 16 * headDim + 4 * batch + time : undefined
}

/** Whether both problems are one rendered source, so that what a compiler said of the one holds for the other. */
export function isSameSource(one: Problem, other: Problem): boolean {
  return (
    one.cell === other.cell &&
    one.dtype === other.dtype &&
    one.headDim === other.headDim &&
    one.heads === other.heads &&
    hasSameFlags(one, other)
  )
}

function octaves(one: number, other: number): number {
  return Math.log2(Math.max(one, other) / Math.min(one, other))
}

function powerOfTwo(value: number): number {
  let divisor = 1
  while (divisor < LARGEST_DIVISOR && value % (divisor * 2) === 0) divisor *= 2
  return divisor
}

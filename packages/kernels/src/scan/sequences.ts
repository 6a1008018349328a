import type { Problem } from '../problem.ts'
import { channelsOf, layoutOf } from './tensors.ts'

/** One sequence of a scan, and where the tensors over time have it. */
export interface Sequence {
  readonly index: number
  readonly time: number
  /** Index of step t and channel c, of which there are `columns` times the channels. */
  at(t: number, c: number, columns: number): number
  /** Index of step t among the rows, of which `resets` has one value each. */
  row(t: number): number
  /** Index of checkpoint k, counted from the last, among the rows of `checkpoints`. */
  checkpoint(k: number): number
}

/** The sequences of a problem; those of lengths of their own lie where `cuSeqlens` says. */
export function sequencesOf(problem: Problem, cuSeqlens?: ArrayLike<number>): readonly Sequence[] {
  const { batch, time, checkpoint: every = 1 } = problem
  const channels = channelsOf(problem)
  const layout = layoutOf(problem)
  return Array.from({ length: batch }, (_, index) => {
    const first = cuSeqlens ? cuSeqlens[index]! : index * time
    const row = (t: number): number => (layout === 'tbd' ? t * batch + index : first + t)
    const at = (t: number, c: number, columns: number): number =>
      layout === 'bdt' ? (index * columns * channels + c) * time + t : row(t) * columns * channels + c
    const kept = cuSeqlens ? Math.floor(first / every) + index : index * Math.ceil(time / every)
    const checkpoint = (k: number): number => kept + k
    return { index, time: cuSeqlens ? cuSeqlens[index + 1]! - first : time, at, row, checkpoint }
  })
}

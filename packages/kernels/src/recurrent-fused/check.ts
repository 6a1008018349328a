import { KernelError } from '../errors.ts'
import type { Problem } from '../problem.ts'

/** Throws `E_PROBLEM` for a flag of a scan. */
export function checkRecurrent(problem: Problem): void {
  const { cell, layout, packed, resets, cuSeqlens, checkpoint } = problem
  const given = Object.entries({ layout, packed, resets, cuSeqlens, checkpoint }).find(([, value]) => value)
  if (given)
    throw new KernelError('E_PROBLEM', `${given[0]}: ${cell} is not a scan, its tensors have one layout; leave it out`)
}

import { cell as findCell } from '@tilewright/cells'
import { KernelError } from './errors.ts'
import { family, familyOf } from './families.ts'
import type { KernelId, Problem } from './problem.ts'

const DTYPES = ['f32', 'bf16', 'f16'] as const
// Sizes beyond this overflow the rules' products of four of them long before a GPU could hold the tensors.
const LARGEST = 2 ** 24
// Bytes of all tensors times parts of time stay below 2^53 up to here: 2 TB and more for one tensor.
const MOST_ELEMENTS = 2 ** 40

/** Throws `E_PROBLEM` (or the cell's `E_CELL`) with one sentence for the first thing that is wrong with a problem. */
export function checkProblem(problem: Problem): void {
  const { check } = family(familyOf(problem.cell))
  if (!DTYPES.includes(problem.dtype))
    throw new KernelError('E_PROBLEM', `dtype: no type named ${problem.dtype}; there are ${DTYPES.join(', ')}`)
  for (const name of ['batch', 'time', 'heads', 'headDim'] as const) {
    const value = problem[name]
    if (!Number.isInteger(value) || value < 1 || value > LARGEST)
      throw new KernelError('E_PROBLEM', `${name}: ${value} is not a whole number from 1 to ${LARGEST}`)
  }
  const units = problem.heads * problem.headDim
  if (units > LARGEST)
    throw new KernelError(
      'E_PROBLEM',
      `headDim: ${problem.heads} heads of ${problem.headDim} are ${units} units, more than ${LARGEST}`,
    )
  check(problem)
  const elements = problem.batch * problem.time * problem.heads * problem.headDim
  if (elements > MOST_ELEMENTS)
    throw new KernelError(
      'E_PROBLEM',
      `problem: batch × time × heads × headDim are ${elements} elements, more than the ${MOST_ELEMENTS} of one tensor`,
    )
}

/** Throws `E_KERNEL` when the kernel does not exist or does not fit the problem's cell and dtype. */
export function checkKernel(id: KernelId, problem: Problem): void {
  checkProblem(problem)
  const { passes, kind, wgslDtypes, checkNames } = family(id.kernel)
  if (!passes.includes(id.pass))
    throw new KernelError(
      'E_KERNEL',
      `${id.kernel}: there is no ${id.pass} kernel yet; use --pass ${passes.join(' or ')}`,
    )
  if (findCell(problem.cell).kind !== kind)
    throw new KernelError(
      'E_KERNEL',
      `${id.kernel}: cell ${problem.cell} has no such kernel; use --kernel ${familyOf(problem.cell)}`,
    )
  if (id.target === 'wgsl' && !wgslDtypes.includes(problem.dtype))
    throw new KernelError(
      'E_KERNEL',
      `${problem.dtype}: WGSL kernels of ${id.kernel} store ${wgslDtypes.join(' or ')}; use --dtype ${wgslDtypes.join(' or ')}`,
    )
  checkNames(problem, id)
}

import { cell as findCell } from '@tilewright/cells'
import { KernelError } from './errors.ts'
import { passesOf } from './families.ts'
import type { KernelId, Problem } from './problem.ts'
import { checkNames } from './scan/names.ts'
import { layoutOf } from './scan/tensors.ts'

const LAYOUTS = ['btd', 'tbd', 'bdt'] as const
const DTYPES = ['f32', 'bf16', 'f16'] as const
// Sizes beyond this overflow the rules' products of four of them long before a GPU could hold the tensors.
const LARGEST = 2 ** 24

/** Steps between the states that a scan can keep: a thread runs them in registers, and for more there are too few. */
export const checkpointSteps: readonly number[] = [2, 4, 8, 16]

/** Throws `E_PROBLEM` (or the cell's `E_CELL`) with one sentence for the first thing that is wrong with a problem. */
export function checkProblem(problem: Problem): void {
  findCell(problem.cell)
  if (!DTYPES.includes(problem.dtype))
    throw new KernelError('E_PROBLEM', `dtype: no type named ${problem.dtype}; there are ${DTYPES.join(', ')}`)
  for (const name of ['batch', 'time', 'heads', 'headDim'] as const) {
    const value = problem[name]
    if (!Number.isInteger(value) || value < 1 || value > LARGEST)
      throw new KernelError('E_PROBLEM', `${name}: ${value} is not a whole number from 1 to ${LARGEST}`)
  }
  checkScan(problem)
  const elements = problem.batch * problem.time * problem.heads * problem.headDim
  if (!Number.isSafeInteger(elements * 64))
    throw new KernelError('E_PROBLEM', `problem: ${elements} elements in one tensor are beyond exact arithmetic`)
}

// Flags that only a scan has, and what they ask of each other.
function checkScan(problem: Problem): void {
  const { cell: name, layout, packed, resets, cuSeqlens, checkpoint } = problem
  const cell = findCell(name)
  const given = Object.entries({ layout, packed, resets, cuSeqlens, checkpoint }).find(([, value]) => value)
  if (given && cell.kind !== 'scan')
    throw new KernelError('E_PROBLEM', `${given[0]}: ${name} is not a scan, its tensors have one layout; leave it out`)
  if (layout !== undefined && !LAYOUTS.includes(layout))
    throw new KernelError('E_PROBLEM', `layout: there is no ${layout}; there are ${LAYOUTS.join(', ')}`)
  if (cuSeqlens && layoutOf(problem) !== 'btd')
    throw new KernelError('E_PROBLEM', `layout: packed sequences have no batch axis; leave ${layout} out or cuSeqlens`)
  if (checkpoint !== undefined && !checkpointSteps.includes(checkpoint))
    throw new KernelError('E_PROBLEM', `checkpoint: ${checkpoint} steps; there are ${checkpointSteps.join(', ')}`)
  if (cell.kind === 'scan' && packed && [...packed].sort().join() !== [...cell.inputs].sort().join())
    throw new KernelError(
      'E_PROBLEM',
      `packed: ${packed.join(', ')} are not the inputs of ${name}; name each once: ${cell.inputs.join(', ')}`,
    )
}

/** Throws `E_KERNEL` when the kernel does not exist or does not fit the problem's cell and dtype. */
export function checkKernel(id: KernelId, problem: Problem): void {
  checkProblem(problem)
  const passes = passesOf(id.kernel)
  if (!passes.includes(id.pass))
    throw new KernelError(
      'E_KERNEL',
      `${id.kernel}: there is no ${id.pass} kernel yet; use --pass ${passes.join(' or ')}`,
    )
  const cell = findCell(problem.cell)
  const wanted = cell.kind === 'scan' ? 'scan' : 'recurrent-fused'
  if (id.kernel !== wanted)
    throw new KernelError('E_KERNEL', `${id.kernel}: cell ${problem.cell} has no such kernel; use --kernel ${wanted}`)
  const stored = id.kernel === 'scan' ? ['f32', 'f16'] : ['f32']
  if (id.target === 'wgsl' && !stored.includes(problem.dtype))
    throw new KernelError(
      'E_KERNEL',
      `${problem.dtype}: WGSL kernels of ${id.kernel} store ${stored.join(' or ')}; use --dtype ${stored.join(' or ')}`,
    )
  if (cell.kind === 'scan') checkNames(cell, problem, id)
}

import { KernelError } from '../errors.ts'
import type { Layout, Problem } from '../problem.ts'
import { scanCell } from './cell.ts'
import { layoutOf } from './tensors.ts'

const LAYOUTS: readonly Layout[] = ['btd', 'tbd', 'bdt']

/** Steps between the states that a scan can keep: a thread runs them in registers, and for more there are too few. */
export const checkpointSteps: readonly number[] = [2, 4, 8, 16]

/** Throws `E_PROBLEM` for the first flag that is not one, or does not go with another. */
export function checkScan(problem: Problem): void {
  const { layout, packed, cuSeqlens, checkpoint } = problem
  const { name, inputs } = scanCell(problem)
  if (layout !== undefined && !LAYOUTS.includes(layout))
    throw new KernelError('E_PROBLEM', `layout: there is no ${layout}; there are ${LAYOUTS.join(', ')}`)
  if (cuSeqlens && layoutOf(problem) !== 'btd')
    throw new KernelError(
      'E_PROBLEM',
      `layout: ${layout} has a batch axis, and packed sequences have none; leave out --layout ${layout} or --cu-seqlens`,
    )
  if (checkpoint !== undefined && !checkpointSteps.includes(checkpoint))
    throw new KernelError('E_PROBLEM', `checkpoint: ${checkpoint} steps; there are ${checkpointSteps.join(', ')}`)
  if (packed && [...packed].sort().join() !== [...inputs].sort().join())
    throw new KernelError(
      'E_PROBLEM',
      `packed: ${packed.join(', ')} are not the inputs of ${name}; name each once: ${inputs.join(', ')}`,
    )
}

import { forward } from '@tilewright/cells'
import type { Exact } from '../family.ts'
import type { Problem } from '../problem.ts'
import { recurrentCell } from './cell.ts'

/** The float64 oracle of the forward pass, by the cell's interpreter. */
export function recurrentReference(problem: Problem, inputs: Exact): Exact {
  const { batch, time, heads, headDim } = problem
  const { Wx, R, b, initialStates } = inputs
  const { states, lastStates } = forward(
    recurrentCell(problem),
    { batch, time, heads, headDim },
    { Wx: Wx!, R: R!, b: b!, initialStates: initialStates! },
  )
  return { states, lastStates }
}

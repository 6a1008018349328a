import { cell as findCell, forward, type RecurrentCell } from '@tilewright/cells'
import type { Tensors } from './dtype.ts'
import type { Pass, Problem } from './problem.ts'
import { scanReference } from './scan/reference.ts'

type Exact = Readonly<Record<string, Float64Array>>

/** The float64 oracle: every output of one pass of the problem on these inputs, by the cell's interpreter. */
export function reference(problem: Problem, pass: Pass, inputs: Tensors): Exact {
  const exact = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, Float64Array.from(values)]))
  const cell = findCell(problem.cell)
  if (cell.kind === 'recurrent') return recurrentReference(cell, problem, exact)
  return scanReference(cell, problem, pass, exact)
}

function recurrentReference(cell: RecurrentCell, problem: Problem, inputs: Exact): Exact {
  const { batch, time, heads, headDim } = problem
  const { Wx, R, b, initialStates } = inputs
  const { states, lastStates } = forward(
    cell,
    { batch, time, heads, headDim },
    { Wx: Wx!, R: R!, b: b!, initialStates: initialStates! },
  )
  return { states, lastStates }
}

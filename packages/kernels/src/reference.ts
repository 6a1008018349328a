import { cell as findCell, forward, scanForward } from '@tilewright/cells'
import type { Tensors } from './dtype.ts'
import type { Problem } from './problem.ts'

/** The float64 oracle: every output of the problem's forward pass on these inputs, by the cell's interpreter. */
export function reference(problem: Problem, inputs: Tensors): Readonly<Record<string, Float64Array>> {
  const { batch, time, heads, headDim } = problem
  const exact = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, Float64Array.from(values)]))
  const cell = findCell(problem.cell)
  if (cell.kind === 'scan') {
    const { h, lastState } = scanForward(cell, { batch, time, channels: heads * headDim }, exact, exact['h0'])
    return { h, lastState }
  }
  const { states, lastStates } = forward(
    cell,
    { batch, time, heads, headDim },
    {
      Wx: exact['Wx']!,
      R: exact['R']!,
      b: exact['b']!,
      initialStates: exact['initialStates']!,
    },
  )
  return { states, lastStates }
}

import {
  cell as findCell,
  forward,
  scanBackward,
  scanForward,
  type RecurrentCell,
  type ScanCell,
} from '@tilewright/cells'
import type { Tensors } from './dtype.ts'
import type { Pass, Problem } from './problem.ts'
import { scanOutput } from './tensor.ts'

type Exact = Readonly<Record<string, Float64Array>>

/** The float64 oracle: every output of one pass of the problem on these inputs, by the cell's interpreter. */
export function reference(problem: Problem, pass: Pass, inputs: Tensors): Exact {
  const exact = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, Float64Array.from(values)]))
  const cell = findCell(problem.cell)
  if (cell.kind === 'recurrent') return recurrentReference(cell, problem, exact)
  return pass === 'forward' ? scanReference(cell, problem, exact) : scanGradients(cell, problem, exact)
}

function scanReference(cell: ScanCell, problem: Problem, inputs: Exact): Exact {
  return scanForward(cell, scanSizes(problem), inputs, inputs['h0'])
}

function scanGradients(cell: ScanCell, problem: Problem, inputs: Exact): Exact {
  const { h, h0, dLastState } = inputs
  const adjoint = { h: h!, h0: h0!, dOutput: inputs[`d${scanOutput(cell)}`]!, dLastState: dLastState! }
  const { dInputs, dh0 } = scanBackward(cell, scanSizes(problem), inputs, adjoint)
  return { ...Object.fromEntries(cell.inputs.map((name) => [`d${name}`, dInputs[name]!])), dh0 }
}

function scanSizes({ batch, time, heads, headDim }: Problem): Parameters<typeof scanForward>[1] {
  return { batch, time, channels: heads * headDim }
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

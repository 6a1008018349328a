import type { Cell, RecurrentCell } from '@tilewright/cells'
import { bytesOf } from '../dtype.ts'
import type { Family } from '../family.ts'
import { recurrentPlan } from './plan.ts'
import { recurrentEntryPoint, recurrentView } from './view.ts'

/** Fused (persistent) recurrence: R stays on chip, or in one workgroup's reach, for the whole sequence. */
export const recurrentFused: Family = {
  name: 'recurrent-fused',
  passes: ['forward'],
  algorithms: {},
  givens: (problem, cell) => {
    const { states, recurrentGates, inputGates, biasGates } = recurrent(cell)
    return {
      HEAD_DIM: problem.headDim,
      GATES: recurrentGates.length,
      WX_GATES: inputGates.length,
      BIAS_GATES: biasGates.length,
      STATES: states.length,
      ELEMENT_BYTES: bytesOf(problem.dtype),
      BATCH: problem.batch,
      TIME: problem.time,
      HEADS: problem.heads,
    }
  },
  entryPoint: recurrentEntryPoint,
  view: (problem, cell, { target }, numberOf) => recurrentView(problem, recurrent(cell), target, numberOf),
  plan: (problem, _cell, { target }, numberOf) => recurrentPlan(problem, target, numberOf),
}

function recurrent(cell: Cell): RecurrentCell {
  if (cell.kind !== 'recurrent') throw new TypeError(`${cell.name} has no recurrent matrix`)
  return cell
}

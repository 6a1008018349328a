import type { Cell, ScanCell } from '@tilewright/cells'
import { bytesOf } from '../dtype.ts'
import type { Family } from '../family.ts'
import { channelsOf, scanEntryPoint, scanPlan } from './plan.ts'
import { scanView } from './view.ts'

/** Linear recurrence: no matrix, the gates are computed where the inputs are read. Channels are heads × headDim. */
export const scan: Family = {
  name: 'scan',
  passes: ['forward', 'backward'],
  givens: (problem, cell) => ({
    CHANNELS: channelsOf(problem),
    INPUTS: scanCell(cell).inputs.length,
    OUTPUTS: scanCell(cell).output ? 2 : 1,
    ELEMENT_BYTES: bytesOf(problem.dtype),
    BATCH: problem.batch,
    TIME: problem.time,
  }),
  entryPoint: scanEntryPoint,
  view: (problem, cell, kernel, numberOf) => scanView(problem, scanCell(cell), kernel, numberOf),
  plan: (problem, _cell, { pass }, numberOf) => scanPlan(problem, pass, numberOf),
}

function scanCell(cell: Cell): ScanCell {
  if (cell.kind !== 'scan') throw new TypeError(`${cell.name} is not a linear recurrence`)
  return cell
}

import { nodesOf, type Cell, type ScanCell } from '@tilewright/cells'
import { bytesOf } from '../dtype.ts'
import type { Family } from '../family.ts'
import { scanEntryPoint, scanPlan } from './plan.ts'
import { channelsOf, inputTensors, layoutOf, outputsOf, weightsOf } from './tensors.ts'
import { scanView } from './view.ts'

/** Linear recurrence: no matrix, the gates are computed where the inputs are read. Channels are heads × headDim. */
export const scan: Family = {
  name: 'scan',
  passes: ['forward', 'backward'],
  algorithms: {
    serial: 'TIME_LANES == 1 and PARTS == 1 and LOOK_BACK == 0',
    block: 'TIME_LANES > 1 and PARTS == 1 and LOOK_BACK == 0',
    parts: 'PARTS > 1',
    'look-back': 'LOOK_BACK == 1',
  },
  givens: (problem, cell) => ({
    CHANNELS: channelsOf(problem),
    INPUTS: scanCell(cell).inputs.length,
    INPUT_TENSORS: new Set(inputTensors(scanCell(cell), problem).map(({ tensor }) => tensor)).size,
    WEIGHTS: weightsOf(scanCell(cell)).length,
    OUTPUTS: outputsOf(scanCell(cell), problem).length,
    ELEMENT_BYTES: bytesOf(problem.dtype),
    BATCH: problem.batch,
    TIME: problem.time,
    IS_SERIES: Number(layoutOf(problem) === 'bdt'),
    OUTPUT_INPUTS: outputInputs(scanCell(cell)),
    HAS_RESETS: Number(problem.resets ?? false),
    CHECKPOINT: problem.checkpoint ?? 0,
    HAS_LENGTHS: Number(problem.cuSeqlens ?? false),
  }),
  entryPoint: scanEntryPoint,
  view: (problem, cell, kernel, numberOf) => scanView(problem, scanCell(cell), kernel, numberOf),
  plan: (problem, _cell, { pass }, numberOf) => scanPlan(problem, pass, numberOf),
}

/** How many inputs the cell's output reads: they stay in registers until the state is known. */
function outputInputs({ output }: ScanCell): number {
  const leaves = output ? nodesOf([output]).filter((node) => node.op === 'leaf' && node.leaf.kind === 'input') : []
  return leaves.length
}

function scanCell(cell: Cell): ScanCell {
  if (cell.kind !== 'scan') throw new TypeError(`${cell.name} is not a linear recurrence`)
  return cell
}

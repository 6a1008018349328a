import { leavesOf, type ScanCell } from '@tilewright/cells'
import { bytesOf } from '../dtype.ts'
import type { Family } from '../family.ts'
import { flagTexts } from '../text.ts'
import { scanCell } from './cell.ts'
import { checkScan } from './check.ts'
import { checkNames } from './names.ts'
import { scanEntryPoint, scanPlan } from './plan.ts'
import { scanReference } from './reference.ts'
import { scanDrawer } from './sample.ts'
import { channelsOf, inputTensors, layoutOf, outputsOf, scanTensors, weightsOf } from './tensors.ts'
import { scanView } from './view.ts'

/** Linear recurrence: no matrix, the gates are computed where the inputs are read. Channels are heads × headDim. */
export const scan: Family = {
  name: 'scan',
  kind: 'scan',
  passes: ['forward', 'backward'],
  wgslDtypes: ['f32', 'f16'],
  algorithms: {
    serial: 'TIME_LANES == 1 and PARTS == 1 and LOOK_BACK == 0',
    block: 'TIME_LANES > 1 and PARTS == 1 and LOOK_BACK == 0',
    parts: 'PARTS > 1',
    'look-back': 'LOOK_BACK == 1',
  },
  check: checkScan,
  checkNames,
  tensors: scanTensors,
  reference: scanReference,
  drawer: scanDrawer,
  feedsBackStored: false,
  // Two or three functions of a few ulp each. WGSL grants exp 3 + 2|x| ulp (WGSL, floating point accuracy); the gates are
  // sigmoids: of exp(-x) that is at most one ulp of 1, 0.2 · 5 at |x| = 1, hence a quarter more.
  roundings: (_problem, target) => (target === 'cuda' ? 64 : 80),
  givens: (problem) => {
    const cell = scanCell(problem)
    return {
      CHANNELS: channelsOf(problem),
      INPUTS: cell.inputs.length,
      INPUT_TENSORS: new Set(inputTensors(cell, problem).map(({ tensor }) => tensor)).size,
      WEIGHTS: weightsOf(cell).length,
      OUTPUTS: outputsOf(cell, problem).length,
      ELEMENT_BYTES: bytesOf(problem.dtype),
      BATCH: problem.batch,
      TIME: problem.time,
      IS_SERIES: Number(layoutOf(problem) === 'bdt'),
      OUTPUT_INPUTS: outputInputs(cell),
      HAS_RESETS: Number(problem.resets ?? false),
      CHECKPOINT: problem.checkpoint ?? 0,
      HAS_LENGTHS: Number(problem.cuSeqlens ?? false),
    }
  },
  entryPoint: scanEntryPoint,
  sourceText: (problem) => {
    const sizes = `${problem.cell}, channels ${channelsOf(problem)}, ${problem.dtype}`
    // Nothing depends on whether the usual layout is said.
    return [sizes, ...flagTexts(problem).filter((text) => text !== 'btd')].join(', ')
  },
  view: scanView,
  plan: (problem, { pass }, numberOf) => scanPlan(problem, pass, numberOf),
}

/** How many inputs the cell's output reads: they stay in registers until the state is known. */
function outputInputs({ output }: ScanCell): number {
  return output ? leavesOf([output]).filter(({ kind }) => kind === 'input').length : 0
}

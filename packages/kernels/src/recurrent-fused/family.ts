import { bytesOf } from '../dtype.ts'
import type { Family } from '../family.ts'
import { recurrentCell } from './cell.ts'
import { checkRecurrent } from './check.ts'
import { recurrentPlan } from './plan.ts'
import { recurrentReference } from './reference.ts'
import { recurrentDrawer } from './sample.ts'
import { recurrentTensors } from './tensors.ts'
import { recurrentEntryPoint, recurrentView } from './view.ts'

/** Fused (persistent) recurrence: R stays on chip, or in one workgroup's reach, for the whole sequence. */
export const recurrentFused: Family = {
  name: 'recurrent-fused',
  kind: 'recurrent',
  passes: ['forward'],
  wgslDtypes: ['f32'],
  algorithms: {},
  check: checkRecurrent,
  // Its tensors have names of their own; values of a step are printed under names that are free.
  checkNames: () => {},
  tensors: recurrentTensors,
  reference: (problem, _pass, inputs) => recurrentReference(problem, inputs),
  drawer: recurrentDrawer,
  feedsBackStored: true,
  // A gate sums D products (error of a random sum: √D roundings) and passes two or three functions of a few ulp each.
  // WGSL grants exp 3 + 2|x| ulp and tanh what follows from it (WGSL, floating point accuracy), hence twice the constant.
  roundings: ({ headDim }, target) => (target === 'cuda' ? 64 : 128) + 8 * Math.sqrt(headDim),
  givens: (problem) => {
    const { states, recurrentGates, inputGates, biasGates } = recurrentCell(problem)
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
  sourceText: ({ cell, heads, headDim, dtype }) => `${cell}, heads ${heads}, head dim ${headDim}, ${dtype}`,
  view: (problem, { target }, numberOf) => recurrentView(problem, target, numberOf),
  plan: (problem, { target }, numberOf) => recurrentPlan(problem, target, numberOf),
}

import type { Pass, Problem } from '../problem.ts'
import type { PassTensors } from '../tensor.ts'
import { recurrentCell } from './cell.ts'

/** The public tensors of the forward pass; throws `TypeError` for the backward pass. */
export function recurrentTensors(problem: Problem, pass: Pass): PassTensors {
  const cell = recurrentCell(problem)
  if (pass === 'backward') throw new TypeError(`${cell.name}: its backward pass has no tensors yet`)
  const { batch: B, time: T, heads: N, headDim: D, dtype } = problem
  const S = cell.states.length
  return {
    inputs: [
      { name: 'Wx', dtype, shape: [B, T, cell.inputGates.length, N, D], axes: 'btgnd' },
      { name: 'R', dtype, shape: [cell.recurrentGates.length, N, D, D], axes: 'gndp' },
      { name: 'b', dtype, shape: [cell.biasGates.length, N, D], axes: 'gnd' },
      { name: 'initialStates', dtype: 'f32', shape: [S, B, N, D], axes: 'sbnd' },
    ],
    outputs: [
      { name: 'states', dtype, shape: [S, B, T, N, D], axes: 'sbtnd', before: 'initialStates' },
      { name: 'lastStates', dtype: 'f32', shape: [S, B, N, D], axes: 'sbnd' },
    ],
  }
}

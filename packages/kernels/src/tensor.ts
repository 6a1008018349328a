import { cell as findCell, type RecurrentCell } from '@tilewright/cells'
import type { Dtype, Pass, Problem } from './problem.ts'
import { scanTensors } from './scan/tensors.ts'

/** A public tensor of a kernel, row-major, last axis fastest. */
export interface TensorSpec {
  readonly name: string
  /** Masks and positions are u32. */
  readonly dtype: Dtype | 'u32'
  readonly shape: readonly number[]
  /** One letter for each axis: b, t, n, d, s (state), g (gate), p (unit of the state before), c (channel), k (checkpoint), r (checkpoint, of whatever sequence), e (end of a sequence). */
  readonly axes: string
  /** Of a state over time: the tensor that holds it before the first step. */
  readonly before?: string
}

/** The public tensors of a kernel. */
export interface PassTensors {
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
}

/**
 * The public tensors of one pass of a problem. States that a caller hands in or carries on, and their gradients, are
 * float32 whatever the dtype: a state rounded to 16 bits is not the one that the next step used (cells: numerics).
 *
 * The backward pass takes what the forward pass took and gave, and the gradients of what it gave; `dx` is the gradient
 * of x.
 */
export function tensorsOf(problem: Problem, pass: Pass): PassTensors {
  const cell = findCell(problem.cell)
  if (cell.kind === 'scan') return scanTensors(cell, problem, pass)
  if (pass === 'forward') return recurrentForward(cell, problem)
  throw new TypeError(`${cell.name}: its backward pass has no tensors yet`)
}

function recurrentForward(cell: RecurrentCell, problem: Problem): PassTensors {
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

/** Where element `index` of a tensor lies: `s=0 b=0 t=7 n=0 d=513`. */
export function placeOf(tensor: TensorSpec, index: number): string {
  const coordinates: string[] = []
  for (let axis = tensor.shape.length - 1, rest = index; axis >= 0; axis--) {
    const extent = tensor.shape[axis]!
    coordinates.unshift(`${tensor.axes[axis]}=${rest % extent}`)
    rest = Math.floor(rest / extent)
  }
  return coordinates.join(' ')
}

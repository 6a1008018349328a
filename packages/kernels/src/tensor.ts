import { cell as findCell } from '@tilewright/cells'
import type { Dtype, Problem } from './problem.ts'

/** A public tensor of a kernel, row-major, last axis fastest. */
export interface TensorSpec {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** One letter for each axis, for messages: b, t, n, d, s (state), g (gate), p (unit of the state before), c (channel). */
  readonly axes: string
}

/**
 * The public tensors of a problem's forward pass. States that a caller hands in or carries on are float32 whatever the
 * dtype: a state rounded to 16 bits is not the one that the next step used (cells: numerics).
 */
export function tensorsOf(problem: Problem): {
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
} {
  const { batch: B, time: T, heads: N, headDim: D, dtype } = problem
  const cell = findCell(problem.cell)
  if (cell.kind === 'scan') {
    const C = N * D
    return {
      inputs: [
        ...cell.inputs.map((name): TensorSpec => ({ name, dtype, shape: [B, T, C], axes: 'btc' })),
        { name: 'h0', dtype: 'f32', shape: [B, C], axes: 'bc' },
      ],
      outputs: [
        { name: 'h', dtype, shape: [B, T, C], axes: 'btc' },
        { name: 'lastState', dtype: 'f32', shape: [B, C], axes: 'bc' },
      ],
    }
  }
  const S = cell.states.length
  return {
    inputs: [
      { name: 'Wx', dtype, shape: [B, T, cell.inputGates.length, N, D], axes: 'btgnd' },
      { name: 'R', dtype, shape: [cell.recurrentGates.length, N, D, D], axes: 'gndp' },
      { name: 'b', dtype, shape: [cell.biasGates.length, N, D], axes: 'gnd' },
      { name: 'initialStates', dtype: 'f32', shape: [S, B, N, D], axes: 'sbnd' },
    ],
    outputs: [
      { name: 'states', dtype, shape: [S, B, T, N, D], axes: 'sbtnd' },
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

import { cell as findCell, type RecurrentCell, type ScanCell } from '@tilewright/cells'
import type { Dtype, Pass, Problem } from './problem.ts'

/** A public tensor of a kernel, row-major, last axis fastest. */
export interface TensorSpec {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** One letter for each axis, for messages: b, t, n, d, s (state), g (gate), p (unit of the state before), c (channel). */
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
  if (cell.kind === 'scan') return pass === 'forward' ? scanForward(cell, problem) : scanBackward(cell, problem)
  if (pass === 'forward') return recurrentForward(cell, problem)
  throw new TypeError(`${cell.name}: its backward pass has no tensors yet`)
}

/** What a scan gives at each step: its cell's output, or the state itself. */
export function scanOutput({ output }: ScanCell): 'y' | 'h' {
  return output ? 'y' : 'h'
}

function scanForward(cell: ScanCell, problem: Problem): PassTensors {
  return {
    inputs: [...cell.inputs.map((name) => sequence(name, problem)), stateOfScan('h0', problem)],
    outputs: [
      ...(cell.output ? [sequence('y', problem)] : []),
      stateSequence(problem),
      stateOfScan('lastState', problem),
    ],
  }
}

function scanBackward(cell: ScanCell, problem: Problem): PassTensors {
  return {
    inputs: [
      ...cell.inputs.map((name) => sequence(name, problem)),
      stateSequence(problem),
      stateOfScan('h0', problem),
      sequence(`d${scanOutput(cell)}`, problem),
      stateOfScan('dLastState', problem),
    ],
    outputs: [...cell.inputs.map((name) => sequence(`d${name}`, problem)), stateOfScan('dh0', problem)],
  }
}

function sequence(name: string, { batch, time, heads, headDim, dtype }: Problem): TensorSpec {
  return { name, dtype, shape: [batch, time, heads * headDim], axes: 'btc' }
}

function stateSequence(problem: Problem): TensorSpec {
  return { ...sequence('h', problem), before: 'h0' }
}

function stateOfScan(name: string, { batch, heads, headDim }: Problem): TensorSpec {
  return { name, dtype: 'f32', shape: [batch, heads * headDim], axes: 'bc' }
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

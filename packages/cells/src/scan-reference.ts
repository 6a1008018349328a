import { scanBackwardStep } from './backward-step.ts'
import type { ScanCell } from './cell.ts'
import type { Expr } from './expression.ts'
import { compile } from './evaluate.ts'
import { missingTensor } from './messages.ts'
import { checkLength, checkSizes } from './shape.ts'
import type { Shape } from './shape.ts'

export interface ScanSizes {
  readonly batch: number
  readonly time: number
  readonly channels: number
}

/** A tensor [B,T,D] for each input of the cell, and [D] for each weight. */
export type ScanInputs = Readonly<Record<string, Float64Array>>

/** What a scan's backward pass needs besides the inputs; all [B,T,D] but the states [B,D]. */
export interface ScanAdjoint {
  /** What `scanForward` returned for the same inputs. */
  readonly h: Float64Array
  /** Gradient from outside of what each step gives: the cell's output, or h where it has none. */
  readonly dOutput: Float64Array
  readonly h0?: Float64Array
  /** Gradient of the last state from outside, on top of that of the last step's output. */
  readonly dLastState?: Float64Array
  /** As in `scanForward`. */
  readonly resets?: Float64Array
}

/**
 * The float64 reference of a scan, as a sequential loop: h [B,T,D], the last one [B,D], and where the cell has one the
 * output y [B,T,D]; `h0` [B,D] is 0 where missing. A step where `resets` [B,T] is not 0 takes the state
 * before it as 0. Throws `E_SHAPE` for a missing input or a tensor of another length than the sizes ask for.
 */
export function scanForward(
  cell: ScanCell,
  sizes: ScanSizes,
  inputs: ScanInputs,
  h0?: Float64Array,
  resets?: Float64Array,
): { readonly h: Float64Array; readonly lastState: Float64Array; readonly y?: Float64Array } {
  checkInputs(cell, sizes, inputs)
  if (h0 !== undefined) checkLength(cell.name, 'h0', h0, stateShape(sizes))
  if (resets !== undefined) checkLength(cell.name, 'resets', resets, resetShape(sizes))
  const { batch, time, channels } = sizes
  const program = compile([cell.a, cell.b])
  const h = new Float64Array(batch * time * channels)
  const lastState = h0?.slice() ?? new Float64Array(batch * channels)

  for (let sequence = 0; sequence < batch; sequence++) {
    const state = row(lastState, sequence, channels)
    for (let t = 0; t < time; t++) {
      const step = sequence * time + t
      if (resets?.[step]) state.fill(0)
      const [a, b] = program.run(
        program.leaves.map(({ kind, name }) =>
          kind === 'weight' ? inputs[name]! : row(inputs[name]!, step, channels),
        ),
        channels,
      ) as [Float64Array, Float64Array]
      for (let channel = 0; channel < channels; channel++) state[channel] = a[channel]! * state[channel]! + b[channel]!
      h.set(state, step * channels)
    }
  }
  return { h, lastState, ...(cell.output && { y: outputsOf(cell.output, inputs, h) }) }
}

/** An output needs no earlier step: all steps at once. */
function outputsOf(output: Expr, inputs: ScanInputs, h: Float64Array): Float64Array {
  const program = compile([output])
  const leaves = program.leaves.map(({ kind, name }) => (kind === 'state' ? h : inputs[name]!))
  return program.run(leaves, h.length)[0]!.slice(0, h.length)
}

/**
 * The gradients of Σ output · dOutput (+ Σ lastState · dLastState): of each input [B,T,D], of each weight [D] and of h0
 * [B,D]. Throws `E_SHAPE`.
 */
export function scanBackward(
  cell: ScanCell,
  sizes: ScanSizes,
  inputs: ScanInputs,
  adjoint: ScanAdjoint,
): {
  readonly dInputs: Readonly<Record<string, Float64Array>>
  readonly dWeights: Readonly<Record<string, Float64Array>>
  readonly dh0: Float64Array
} {
  checkInputs(cell, sizes, inputs)
  checkAdjoint(cell, sizes, adjoint)
  const { batch, time, channels } = sizes
  const step = scanBackwardStep(cell)
  const { weights = [] } = cell
  const program = compile([step.carried, ...Object.values(step.inputs), ...Object.values(step.weights)])
  const dInputs = Object.fromEntries(cell.inputs.map((name) => [name, new Float64Array(batch * time * channels)]))
  const dWeights = Object.fromEntries(weights.map((name) => [name, new Float64Array(channels)]))
  const dh0 = adjoint.dLastState?.slice() ?? new Float64Array(batch * channels)
  const zeros = new Float64Array(channels)

  for (let sequence = 0; sequence < batch; sequence++) {
    // Holds the gradient that step t + 1 sends back, and after the first step that of the initial state.
    const carried = row(dh0, sequence, channels)
    for (let t = time - 1; t >= 0; t--) {
      const index = sequence * time + t
      const outside = row(adjoint.dOutput, index, channels)
      const initial = adjoint.h0 === undefined ? zeros : row(adjoint.h0, sequence, channels)
      const isReset = Boolean(adjoint.resets?.[index])
      const entering = isReset ? zeros : t === 0 ? initial : row(adjoint.h, index - 1, channels)
      const leaves = program.leaves.map(({ kind, name }) => {
        if (kind === 'state') return entering
        if (kind === 'gradient') return name === 'carried' ? carried : outside
        return kind === 'weight' ? inputs[name]! : row(inputs[name]!, index, channels)
      })
      const [sentBack, ...gradients] = program.run(leaves, channels) as [Float64Array, ...Float64Array[]]
      cell.inputs.forEach((name, i) => dInputs[name]!.set(gradients[i]!.subarray(0, channels), index * channels))
      weights.forEach((name, i) => addTo(dWeights[name]!, gradients[cell.inputs.length + i]!))
      carried.set(isReset ? zeros : sentBack.subarray(0, channels))
    }
  }
  return { dInputs, dWeights, dh0 }
}

function addTo(sums: Float64Array, values: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += values[i]!
}

function checkInputs(cell: ScanCell, sizes: ScanSizes, inputs: ScanInputs): void {
  checkSizes(cell.name, { ...sizes })
  for (const name of cell.inputs) {
    const tensor = inputs[name]
    if (tensor === undefined) throw missingTensor(cell.name, name, cell.inputs)
    checkLength(cell.name, name, tensor, sequenceShape(sizes))
  }
  for (const name of cell.weights ?? []) {
    const tensor = inputs[name]
    if (tensor === undefined) throw missingTensor(cell.name, name, [...cell.inputs, ...cell.weights!])
    checkLength(cell.name, name, tensor, [['channels', sizes.channels]])
  }
}

function checkAdjoint(cell: ScanCell, sizes: ScanSizes, { h, dOutput, h0, dLastState, resets }: ScanAdjoint): void {
  checkLength(cell.name, 'h', h, sequenceShape(sizes))
  checkLength(cell.name, 'dOutput', dOutput, sequenceShape(sizes))
  if (h0 !== undefined) checkLength(cell.name, 'h0', h0, stateShape(sizes))
  if (dLastState !== undefined) checkLength(cell.name, 'dLastState', dLastState, stateShape(sizes))
  if (resets !== undefined) checkLength(cell.name, 'resets', resets, resetShape(sizes))
}

function sequenceShape({ batch, time, channels }: ScanSizes): Shape {
  return [
    ['batch', batch],
    ['time', time],
    ['channels', channels],
  ]
}

function resetShape({ batch, time }: ScanSizes): Shape {
  return [
    ['batch', batch],
    ['time', time],
  ]
}

function stateShape({ batch, channels }: ScanSizes): Shape {
  return [
    ['batch', batch],
    ['channels', channels],
  ]
}

function row(tensor: Float64Array, index: number, channels: number): Float64Array {
  return tensor.subarray(index * channels, (index + 1) * channels)
}

import { scanBackward, scanForward, type ScanCell } from '@tilewright/cells'
import type { Exact } from '../family.ts'
import type { Pass, Problem } from '../problem.ts'
import { scanCell } from './cell.ts'
import { sequencesOf, type Sequence } from './sequences.ts'
import { channelsOf, inputTensors, outputsOf, scanTensors, weightsOf } from './tensors.ts'

/** The float64 oracle of a scan: each sequence by itself through the cell's interpreter, in whatever layout it lies. */
export function scanReference(problem: Problem, pass: Pass, inputs: Exact): Exact {
  const cell = scanCell(problem)
  const outputs = Object.fromEntries(
    scanTensors(problem, pass).outputs.map(({ name, shape }) => [
      name,
      new Float64Array(shape.reduce((a, b) => a * b, 1)),
    ]),
  )
  const run = pass === 'forward' ? forwardSequence : backwardSequence
  for (const sequence of sequencesOf(problem, inputs['cuSeqlens'])) run({ cell, problem, sequence, inputs, outputs })
  return outputs
}

interface Work {
  readonly cell: ScanCell
  readonly problem: Problem
  readonly sequence: Sequence
  readonly inputs: Exact
  readonly outputs: Exact
}

function forwardSequence(work: Work): void {
  const { cell, problem, outputs, inputs, sequence } = work
  const state = rowOf(work, inputs['h0']!)
  rowOf(work, outputs['lastState']!).set(state)
  if (sequence.time === 0) return
  const result = scanForward(cell, sizesOf(work), cellInputs(work), state, resetsOf(work))
  for (const name of outputsOf(cell, problem)) scatter(work, outputs[name]!, result[name]!)
  if (problem.checkpoint)
    checkpointsOf(work, outputs['checkpoints']!).forEach((row, k) => row.set(before(result.h, state, stepOf(work, k))))
  rowOf(work, outputs['lastState']!).set(result.lastState)
}

function backwardSequence(work: Work): void {
  const { cell, problem, outputs, inputs, sequence } = work
  const dLastState = rowOf(work, inputs['dLastState']!)
  rowOf(work, outputs['dh0']!).set(dLastState)
  if (sequence.time === 0) return
  const dOutput = gather(work, inputs[`d${outputsOf(cell, problem)[0]}`]!)
  const resets = resetsOf(work)
  const adjoint = { ...statesOf(work), dOutput, dLastState }
  const { dInputs, dWeights, dh0 } = scanBackward(cell, sizesOf(work), cellInputs(work), {
    ...adjoint,
    ...(resets && { resets }),
  })
  for (const { input, tensor, column, columns } of inputTensors(cell, problem))
    scatter(work, outputs[`d${tensor}`]!, dInputs[input]!, column, columns)
  for (const name of weightsOf(cell)) rowOf(work, outputs[`d${name}`]!).set(dWeights[name]!)
  rowOf(work, outputs['dh0']!).set(dh0)
}

/** The states of a sequence and the one before them, as the pass is given them or from its checkpoints. */
function statesOf(work: Work): { readonly h: Float64Array; readonly h0: Float64Array } {
  const { cell, problem, inputs, sequence } = work
  if (!problem.checkpoint) return { h: gather(work, inputs['h']!), h0: rowOf(work, inputs['h0']!) }
  const channels = channelsOf(problem)
  const rows = checkpointsOf(work, inputs['checkpoints']!)
  const h = new Float64Array(sequence.time * channels)
  const [own, resets] = [cellInputs(work), resetsOf(work)]
  rows.forEach((state, k) => {
    const [from, to] = [stepOf(work, k), k === 0 ? sequence.time : stepOf(work, k - 1)]
    const part = (values: Float64Array): Float64Array => values.subarray(from * channels, to * channels)
    const overTime = cell.inputs.map((name) => [name, part(own[name]!)] as const)
    const values = { ...own, ...Object.fromEntries(overTime) }
    const sizes = { batch: 1, time: to - from, channels }
    h.set(scanForward(cell, sizes, values, state, resets?.subarray(from, to)).h, from * channels)
  })
  return { h, h0: rows.at(-1)! }
}

function checkpointsOf({ problem, sequence }: Work, tensor: Float64Array): readonly Float64Array[] {
  const channels = channelsOf(problem)
  const count = Math.ceil(sequence.time / problem.checkpoint!)
  const row = (k: number): number => sequence.checkpoint(k) * channels
  return Array.from({ length: count }, (_, k) => tensor.subarray(row(k), row(k) + channels))
}

/** The step before which checkpoint k is taken. */
function stepOf({ problem, sequence }: Work, k: number): number {
  return Math.max(0, sequence.time - (k + 1) * problem.checkpoint!)
}

function before(h: Float64Array, h0: Float64Array, t: number): Float64Array {
  return t === 0 ? h0 : h.subarray((t - 1) * h0.length, t * h0.length)
}

const sizesOf = ({ problem, sequence }: Work) => ({ batch: 1, time: sequence.time, channels: channelsOf(problem) })

function cellInputs(work: Work): Exact {
  const weights = weightsOf(work.cell).map((name) => [name, work.inputs[name]!] as const)
  const overTime = inputTensors(work.cell, work.problem).map(
    ({ input, tensor, column, columns }) => [input, gather(work, work.inputs[tensor]!, column, columns)] as const,
  )
  return Object.fromEntries([...overTime, ...weights])
}

function resetsOf({ inputs, sequence }: Work): Float64Array | undefined {
  const { resets } = inputs
  return resets && Float64Array.from({ length: sequence.time }, (_, t) => resets[sequence.row(t)]!)
}

/** What a tensor [batch, channels] has for the sequence; writing to it writes to the tensor. */
function rowOf({ problem, sequence }: Work, tensor: Float64Array): Float64Array {
  const channels = channelsOf(problem)
  return tensor.subarray(sequence.index * channels, (sequence.index + 1) * channels)
}

/** One sequence's values [time, channels] of a tensor over time, from one of its columns. */
function gather(work: Work, tensor: Float64Array, column = 0, columns = 1): Float64Array {
  const channels = channelsOf(work.problem)
  const values = new Float64Array(work.sequence.time * channels)
  for (let t = 0; t < work.sequence.time; t++)
    for (let c = 0; c < channels; c++)
      values[t * channels + c] = tensor[work.sequence.at(t, column * channels + c, columns)]!
  return values
}

function scatter(work: Work, tensor: Float64Array, values: Float64Array, column = 0, columns = 1): void {
  const channels = channelsOf(work.problem)
  for (let t = 0; t < work.sequence.time; t++)
    for (let c = 0; c < channels; c++)
      tensor[work.sequence.at(t, column * channels + c, columns)] = values[t * channels + c]!
}

import type { ScanCell } from '@tilewright/cells'
import type { Layout, Pass, Problem } from '../problem.ts'
import type { PassTensors, TensorSpec } from '../tensor.ts'
import { scanCell } from './cell.ts'

const PER_SEQUENCE = 'bc'

/** The public tensors of one pass of a scan: what lies over time in the problem's layout, states [batch, channels]. */
export function scanTensors(problem: Problem, pass: Pass): PassTensors {
  const cell = scanCell(problem)
  const inputs = overTime(inputTensors(cell, problem), problem)
  const weights = weightsOf(cell).map((name) => weight(name, problem))
  const [output] = outputsOf(cell, problem)
  const flags = [...(problem.resets ? [resets(problem)] : []), ...(problem.cuSeqlens ? [cuSeqlens(problem)] : [])]
  if (pass === 'forward')
    return {
      inputs: [...inputs, ...weights, perSequence('h0', problem), ...flags],
      outputs: [
        ...outputsOf(cell, problem).map((name) => (name === 'h' ? states(problem) : sequence(name, problem))),
        ...(problem.checkpoint ? [checkpoints(problem)] : []),
        perSequence('lastState', problem),
      ],
    }
  return {
    inputs: [
      ...inputs,
      ...weights,
      ...(problem.checkpoint ? [checkpoints(problem)] : [states(problem), perSequence('h0', problem)]),
      sequence(`d${output}`, problem),
      perSequence('dLastState', problem),
      ...flags,
    ],
    outputs: [
      ...inputs.map((tensor) => ({ ...tensor, name: `d${tensor.name}` })),
      // Of each sequence by itself: whoever trains adds them up, like those of the other weights of a layer.
      ...weightsOf(cell).map((name) => perSequence(`d${name}`, problem)),
      perSequence('dh0', problem),
    ],
  }
}

/** What a scan gives at each step, what leaves the layer first: its cell's output and the state, or one of them. */
export function outputsOf({ output }: ScanCell, { checkpoint }: Problem): readonly ['y' | 'h', ...'h'[]] {
  if (!output) return ['h']
  return checkpoint ? ['y'] : ['y', 'h']
}

/** Where the values of one input of the cell are: a tensor, that many columns of channels wide, and which of them. */
export interface InputTensor {
  readonly input: string
  readonly tensor: string
  readonly column: number
  readonly columns: number
}

/** In the order of the cell's inputs. */
export function inputTensors({ inputs }: ScanCell, { packed }: Problem): readonly InputTensor[] {
  return inputs.map((input) =>
    packed
      ? { input, tensor: 'packed', column: packed.indexOf(input), columns: packed.length }
      : { input, tensor: input, column: 0, columns: 1 },
  )
}

/** What a kernel calls the first of an input's columns among packed ones: gateZ -> GATE_Z_COLUMN. */
export function columnName(input: string): string {
  return `${input.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}_COLUMN`
}

export function weightsOf({ weights }: ScanCell): readonly string[] {
  return weights ?? []
}

export function layoutOf({ layout }: Problem): Layout {
  return layout ?? 'btd'
}

/** Channels of a scan. */
export function channelsOf({ heads, headDim }: Problem): number {
  return heads * headDim
}

function overTime(inputs: readonly InputTensor[], problem: Problem): readonly TensorSpec[] {
  return inputs.filter(({ column }) => column === 0).map(({ tensor, columns }) => sequence(tensor, problem, columns))
}

function sequence(name: string, problem: Problem, columns = 1): TensorSpec {
  const { batch, time, dtype, cuSeqlens } = problem
  const channels = columns * channelsOf(problem)
  if (cuSeqlens) return { name, dtype, shape: [time, channels], axes: 'tc' }
  switch (layoutOf(problem)) {
    case 'btd':
      return { name, dtype, shape: [batch, time, channels], axes: 'btc' }
    case 'tbd':
      return { name, dtype, shape: [time, batch, channels], axes: 'tbc' }
    case 'bdt':
      return { name, dtype, shape: [batch, channels, time], axes: 'bct' }
  }
}

function states(problem: Problem): TensorSpec {
  return { ...sequence('h', problem), before: 'h0' }
}

/** One value for each channel, float32 whatever the dtype. */
function weight(name: string, problem: Problem): TensorSpec {
  return { name, dtype: 'f32', shape: [channelsOf(problem)], axes: 'c' }
}

/**
 * The state before step max(0, time − (k + 1) · checkpoint) of each sequence, k from 0 on. Sequences of lengths of their
 * own have their rows one after the other, those of sequence i from ⌊cuSeqlens[i] / checkpoint⌋ + i on; where a sequence
 * leaves a row over, it is the last one and holds zeros.
 */
function checkpoints(problem: Problem): TensorSpec {
  const { batch, time, checkpoint, cuSeqlens } = problem
  const base = { name: 'checkpoints', dtype: 'f32' as const }
  const channels = channelsOf(problem)
  // n steps from s on have ⌊(s + n) / K⌋ − ⌊s / K⌋ + 1 rows: more than n / K and less than n / K + 2, so ⌈n / K⌉ or one more.
  if (cuSeqlens) return { ...base, shape: [Math.floor(time / checkpoint!) + batch, channels], axes: 'rc' }
  return { ...base, shape: [batch, Math.ceil(time / checkpoint!), channels], axes: 'bkc' }
}

/** A row of channels for each sequence, float32 whatever the dtype. */
function perSequence(name: string, problem: Problem): TensorSpec {
  return { name, dtype: 'f32', shape: [problem.batch, channelsOf(problem)], axes: PER_SEQUENCE }
}

/** Whether a tensor has one row for each sequence: states that enter or leave, gradients of weights. */
export function isPerSequence({ axes }: TensorSpec): boolean {
  return axes === PER_SEQUENCE
}

/** Rows as those of the tensors over time; anything but 0 marks a step. */
function resets(problem: Problem): TensorSpec {
  const { batch, time, cuSeqlens } = problem
  const base = { name: 'resets', dtype: 'u32' as const }
  if (cuSeqlens) return { ...base, shape: [time], axes: 't' }
  return layoutOf(problem) === 'tbd'
    ? { ...base, shape: [time, batch], axes: 'tb' }
    : { ...base, shape: [batch, time], axes: 'bt' }
}

/** The row of each sequence's first step, and the number of rows. */
function cuSeqlens({ batch }: Problem): TensorSpec {
  return { name: 'cuSeqlens', dtype: 'u32', shape: [batch + 1], axes: 'e' }
}

import type { ScanCell } from '@tilewright/cells'
import type { Layout, Pass, Problem } from '../problem.ts'
import type { PassTensors, TensorSpec } from '../tensor.ts'

/** The public tensors of one pass of a scan: what lies over time in the problem's layout, states [batch, channels]. */
export function scanTensors(cell: ScanCell, problem: Problem, pass: Pass): PassTensors {
  const inputs = overTime(inputTensors(cell, problem), problem)
  const [output] = outputsOf(cell)
  const flags = [...(problem.resets ? [resets(problem)] : []), ...(problem.cuSeqlens ? [cuSeqlens(problem)] : [])]
  if (pass === 'forward')
    return {
      inputs: [...inputs, stateOf('h0', problem), ...flags],
      outputs: [...(cell.output ? [sequence('y', problem)] : []), states(problem), stateOf('lastState', problem)],
    }
  return {
    inputs: [
      ...inputs,
      states(problem),
      stateOf('h0', problem),
      sequence(`d${output}`, problem),
      stateOf('dLastState', problem),
      ...flags,
    ],
    outputs: [...inputs.map((tensor) => ({ ...tensor, name: `d${tensor.name}` })), stateOf('dh0', problem)],
  }
}

/** What a scan gives at each step, what leaves the layer first: its cell's output and the state, or the state alone. */
export function outputsOf({ output }: ScanCell): readonly ['y', 'h'] | readonly ['h'] {
  return output ? ['y', 'h'] : ['h']
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

export function layoutOf({ layout }: Problem): Layout {
  return layout ?? 'btd'
}

/** Channels of a scan. */
export function channelsOf({ heads, headDim }: Problem): number {
  return heads * headDim
}

function overTime(inputs: readonly InputTensor[], problem: Problem): readonly TensorSpec[] {
  return inputs
    .filter(({ column }) => column === 0)
    .map(({ tensor, columns }) => sequence(tensor, problem, columns))
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

function stateOf(name: string, problem: Problem): TensorSpec {
  return { name, dtype: 'f32', shape: [problem.batch, channelsOf(problem)], axes: 'bc' }
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

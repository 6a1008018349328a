import { KernelError } from '../errors.ts'
import type { NumberOf } from '../family.ts'
import type { Dispatch, Plan, PlanBuffer } from '../plan.ts'
import type { Pass, Problem } from '../problem.ts'
import type { TensorSpec } from '../tensor.ts'
import { channelsOf, layoutOf, scanTensors } from './tensors.ts'

/**
 * The launch of a scan: a block for each group of channels of a sequence, of each part of its time, or of each tile of
 * it. Parts take two dispatches; what the first one reads comes first in the second, too.
 */
export function scanPlan(problem: Problem, pass: Pass, numberOf: NumberOf): Plan {
  if (layoutOf(problem) === 'bdt' && problem.time % numberOf('VECTOR') > 0)
    throw new KernelError(
      'E_KERNEL',
      `time: the kernel reads ${numberOf('VECTOR')} steps at once, ${problem.time} are not whole vectors; choose VECTOR = 1`,
    )
  const { inputs, outputs } = scanTensors(problem, pass)
  const scratch = scratchOf(problem, numberOf)
  const names = (tensors: readonly { readonly name: string }[]): string[] => tensors.map(({ name }) => name)
  const reduced = [...names(stepInputs(problem, pass)), ...names(scratch)]
  const entryPoint = scanEntryPoint(problem, pass)
  const main: Dispatch = {
    entryPoint,
    grid: [numberOf('BLOCKS'), 1, 1],
    block: [numberOf('THREADS'), 1, 1],
    sharedBytes: 0,
    cooperative: false,
    buffers: [...reduced, startOf(pass), ...names(outputs)],
    scalars: scalarsOf(problem),
  }
  const reduce: Dispatch = { ...main, entryPoint: `${entryPoint}_reduce`, buffers: reduced }
  return {
    buffers: [
      ...inputs.map(({ name, dtype, shape }) => ({ name, role: 'input' as const, dtype, shape })),
      ...outputs.map(({ name, dtype, shape }) => ({ name, role: 'output' as const, dtype, shape })),
      ...scratch,
    ],
    dispatches: numberOf('PARTS') > 1 ? [reduce, main] : [main],
  }
}

/** What the steps of a pass read: all inputs but the state that the sequences start from. */
export function stepInputs(problem: Problem, pass: Pass): readonly TensorSpec[] {
  return scanTensors(problem, pass).inputs.filter(({ name }) => name !== startOf(pass))
}

/** What a pass starts from, and what it ends with. */
export const startOf = (pass: Pass): string => (pass === 'forward' ? 'h0' : 'dLastState')
export const endOf = (pass: Pass): string => (pass === 'forward' ? 'lastState' : 'dh0')

/** The sizes that a kernel does not hold; lengths of their own say how many steps there are. */
export function scalarsOf(problem: Problem): Dispatch['scalars'] {
  const { batch, time, cuSeqlens } = problem
  return [
    ...(cuSeqlens ? [] : [{ name: 'time', value: time }]),
    ...(layoutOf(problem) === 'tbd' ? [{ name: 'batch', value: batch }] : []),
  ]
}

/** What blocks tell each other: each part or tile as one step, gain and offset, and of tiles how far they are. */
function scratchOf(problem: Problem, numberOf: NumberOf): readonly PlanBuffer[] {
  const { batch } = problem
  const channels = channelsOf(problem)
  const role = 'scratch' as const
  const parts = numberOf('PARTS')
  if (parts > 1) return [{ name: 'parts', role, dtype: 'f32', shape: [batch, parts, 2, channels] }]
  if (!numberOf('LOOK_BACK')) return []
  const tiles = numberOf('CHUNKS')
  return [
    // The next tile to take, and after it how far each is.
    { name: 'progress', role: 'zeroed', dtype: 'u32', shape: [1 + batch * numberOf('CHANNEL_BLOCKS') * tiles] },
    { name: 'sums', role, dtype: 'f32', shape: [batch, tiles, 2, channels] },
    { name: 'states', role, dtype: 'f32', shape: [batch, tiles, channels] },
  ]
}

/** Problems that differ in more than batch and time have kernels of different names. */
export function scanEntryPoint(problem: Problem, pass: Pass): string {
  const { cell, dtype, packed, resets, cuSeqlens, checkpoint } = problem
  const words = [
    cell.replaceAll('-', '_'),
    'scan',
    pass,
    dtype,
    `d${channelsOf(problem)}`,
    ...(layoutOf(problem) === 'btd' ? [] : [layoutOf(problem)]),
    ...(packed ? ['packed', ...packed] : []),
    ...(resets ? ['resets'] : []),
    ...(cuSeqlens ? ['lengths'] : []),
    ...(checkpoint ? [`checkpoint${checkpoint}`] : []),
  ]
  return words.join('_')
}

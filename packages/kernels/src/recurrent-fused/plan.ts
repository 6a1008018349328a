import type { NumberOf } from '../family.ts'
import type { Dispatch, Plan, PlanBuffer } from '../plan.ts'
import type { Problem, Target } from '../problem.ts'
import { recurrentTensors } from './tensors.ts'
import { recurrentEntryPoint } from './view.ts'

/** The launch of a recurrent-fused kernel: one dispatch (WGSL), or one for each group of heads (CUDA). */
export function recurrentPlan(problem: Problem, target: Target, numberOf: NumberOf): Plan {
  const { inputs, outputs } = recurrentTensors(problem, 'forward')
  const tensors: readonly PlanBuffer[] = [
    ...inputs.map(({ name, dtype, shape }) => ({ name, role: 'input' as const, dtype, shape })),
    ...outputs.map(({ name, dtype, shape }) => ({ name, role: 'output' as const, dtype, shape })),
  ]
  return target === 'wgsl' ? wgslPlan(problem, tensors, numberOf) : cudaPlan(problem, tensors, numberOf)
}

function cudaPlan(problem: Problem, tensors: readonly PlanBuffer[], numberOf: NumberOf): Plan {
  const { batch, time, heads, dtype } = problem
  const chunks = numberOf('BATCH_CHUNKS')
  // Where the blocks of a head leave h for each other (two steps of it), and how many of them have.
  const scratch: readonly PlanBuffer[] =
    numberOf('OUT_BLOCKS') === 1
      ? []
      : [
          {
            name: 'exchange',
            role: 'zeroed',
            dtype,
            shape: [2, heads, chunks, numberOf('BLOCK_BATCH'), numberOf('K_PADDED')],
          },
          { name: 'arrivals', role: 'zeroed', dtype: 'u32', shape: [heads, chunks] },
        ]
  const buffers = [...tensors, ...scratch]
  const headsPerLaunch = numberOf('HEADS_PER_LAUNCH')
  const dispatches: Dispatch[] = []
  for (let firstHead = 0; firstHead < heads; firstHead += headsPerLaunch)
    dispatches.push({
      entryPoint: recurrentEntryPoint(problem),
      grid: [numberOf('OUT_BLOCKS'), numberOf('BATCH_BLOCKS'), headsPerLaunch],
      block: [numberOf('THREADS'), 1, 1],
      sharedBytes: numberOf('BLOCK_BYTES'),
      cooperative: numberOf('OUT_BLOCKS') > 1,
      buffers: buffers.map(({ name }) => name),
      scalars: [
        { name: 'batch', value: batch },
        { name: 'time', value: time },
        { name: 'firstHead', value: firstHead },
      ],
    })
  return { buffers, dispatches }
}

function wgslPlan(problem: Problem, buffers: readonly PlanBuffer[], numberOf: NumberOf): Plan {
  const { batch, time, heads } = problem
  return {
    buffers,
    dispatches: [
      {
        entryPoint: recurrentEntryPoint(problem),
        grid: [numberOf('BATCH_BLOCKS'), heads, 1],
        block: [numberOf('THREADS'), 1, 1],
        sharedBytes: 0,
        cooperative: false,
        buffers: buffers.map(({ name }) => name),
        scalars: [
          { name: 'batch', value: batch },
          { name: 'time', value: time },
        ],
      },
    ],
  }
}

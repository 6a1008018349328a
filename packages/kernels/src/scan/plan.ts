import type { NumberOf } from '../family.ts'
import type { Plan } from '../plan.ts'
import type { Pass, Problem } from '../problem.ts'
import { tensorsOf } from '../tensor.ts'

/** The launch of a scan: one dispatch, a block for each group of channels of a sequence. */
export function scanPlan(problem: Problem, pass: Pass, numberOf: NumberOf): Plan {
  const { inputs, outputs } = tensorsOf(problem, pass)
  const buffers = [
    ...inputs.map(({ name, dtype, shape }) => ({ name, role: 'input' as const, dtype, shape })),
    ...outputs.map(({ name, dtype, shape }) => ({ name, role: 'output' as const, dtype, shape })),
  ]
  return {
    buffers,
    dispatches: [
      {
        entryPoint: scanEntryPoint(problem, pass),
        grid: [numberOf('BLOCKS'), 1, 1],
        block: [numberOf('THREADS'), 1, 1],
        sharedBytes: 0,
        cooperative: false,
        buffers: buffers.map(({ name }) => name),
        scalars: [{ name: 'time', value: problem.time }],
      },
    ],
  }
}

export function scanEntryPoint(problem: Problem, pass: Pass): string {
  return `${problem.cell.replaceAll('-', '_')}_scan_${pass}_${problem.dtype}_d${channelsOf(problem)}`
}

export function channelsOf({ heads, headDim }: Problem): number {
  return heads * headDim
}

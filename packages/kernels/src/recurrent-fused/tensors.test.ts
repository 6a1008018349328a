import { expect, test } from 'vitest'
import { recurrentTensors } from './tensors.ts'

test('states that a caller hands in or carries on are float32 whatever the dtype', () => {
  const problem = { cell: 'gru', dtype: 'bf16', batch: 2, time: 3, heads: 2, headDim: 5 } as const
  const { inputs, outputs } = recurrentTensors(problem, 'forward')
  expect([...inputs, ...outputs].map(({ name, dtype, shape }) => `${name} ${dtype} ${shape.join('x')}`)).toEqual([
    'Wx bf16 2x3x3x2x5',
    'R bf16 3x2x5x5',
    'b bf16 4x2x5',
    'initialStates f32 1x2x2x5',
    'states bf16 1x2x3x2x5',
    'lastStates f32 1x2x2x5',
  ])
})

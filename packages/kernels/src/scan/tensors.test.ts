import { expect, test } from 'vitest'
import { scanTensors } from './tensors.ts'

test('a backward pass takes what the forward pass took and gave, and gives a gradient of each input', () => {
  const problem = { cell: 'minlstm', dtype: 'bf16', batch: 2, time: 3, heads: 2, headDim: 5 } as const
  const { inputs, outputs } = scanTensors(problem, 'backward')
  expect([...inputs, ...outputs].map(({ name, dtype, shape }) => `${name} ${dtype} ${shape.join('x')}`)).toEqual([
    'forget bf16 2x3x10',
    'input bf16 2x3x10',
    'hidden bf16 2x3x10',
    'h bf16 2x3x10',
    'h0 f32 2x10',
    'dh bf16 2x3x10',
    'dLastState f32 2x10',
    'dforget bf16 2x3x10',
    'dinput bf16 2x3x10',
    'dhidden bf16 2x3x10',
    'dh0 f32 2x10',
  ])
})

test('the layout of a scan, packed inputs, resets and lengths show in the shapes', () => {
  const problem = { cell: 'mingru', dtype: 'bf16', batch: 2, time: 3, heads: 1, headDim: 5 } as const
  const shapes = (flags: object): string[] =>
    scanTensors({ ...problem, ...flags }, 'forward').inputs.map(
      ({ name, dtype, shape }) => `${name} ${dtype} ${shape.join('x')}`,
    )
  expect(shapes({ layout: 'tbd', resets: true })).toEqual([
    'gate bf16 3x2x5',
    'hidden bf16 3x2x5',
    'h0 f32 2x5',
    'resets u32 3x2',
  ])
  expect(shapes({ layout: 'bdt', packed: ['hidden', 'gate'] })).toEqual(['packed bf16 2x10x3', 'h0 f32 2x5'])
  expect(shapes({ packed: ['gate', 'hidden'], cuSeqlens: true })).toEqual([
    'packed bf16 3x10',
    'h0 f32 2x5',
    'cuSeqlens u32 3',
  ])
})

test('checkpoints of sequences of lengths of their own are rows of one list, one to spare for each sequence', () => {
  const problem = { cell: 'mingru', dtype: 'bf16', batch: 3, time: 11, heads: 1, headDim: 5, checkpoint: 4 } as const
  const shapeOf = (flags: object): readonly number[] =>
    scanTensors({ ...problem, ...flags }, 'forward').outputs.find(({ name }) => name === 'checkpoints')!.shape
  expect(shapeOf({})).toEqual([3, 3, 5])
  expect(shapeOf({ cuSeqlens: true })).toEqual([2 + 3, 5])
})

import { expect, test } from 'vitest'
import { placeOf, tensorsOf } from './tensor.ts'

test('a place is named axis by axis, last axis fastest', () => {
  const tensor = { name: 'states', dtype: 'f32', shape: [2, 3, 4, 1, 5], axes: 'sbtnd' } as const
  expect(placeOf(tensor, 0)).toBe('s=0 b=0 t=0 n=0 d=0')
  expect(placeOf(tensor, 1 * 60 + 2 * 20 + 3 * 5 + 4)).toBe('s=1 b=2 t=3 n=0 d=4')
})

test('a backward pass takes what the forward pass took and gave, and gives a gradient of each input', () => {
  const problem = { cell: 'minlstm', dtype: 'bf16', batch: 2, time: 3, heads: 2, headDim: 5 } as const
  const { inputs, outputs } = tensorsOf(problem, 'backward')
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

test('states that a caller hands in or carries on are float32 whatever the dtype', () => {
  const problem = { cell: 'gru', dtype: 'bf16', batch: 2, time: 3, heads: 2, headDim: 5 } as const
  const { inputs, outputs } = tensorsOf(problem, 'forward')
  expect([...inputs, ...outputs].map(({ name, dtype, shape }) => `${name} ${dtype} ${shape.join('x')}`)).toEqual([
    'Wx bf16 2x3x3x2x5',
    'R bf16 3x2x5x5',
    'b bf16 4x2x5',
    'initialStates f32 1x2x2x5',
    'states bf16 1x2x3x2x5',
    'lastStates f32 1x2x2x5',
  ])
})

test('the layout of a scan, packed inputs, resets and lengths show in the shapes', () => {
  const problem = { cell: 'mingru', dtype: 'bf16', batch: 2, time: 3, heads: 1, headDim: 5 } as const
  const shapes = (flags: object): string[] =>
    tensorsOf({ ...problem, ...flags }, 'forward').inputs.map(
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
    tensorsOf({ ...problem, ...flags }, 'forward').outputs.find(({ name }) => name === 'checkpoints')!.shape
  expect(shapeOf({})).toEqual([3, 3, 5])
  expect(shapeOf({ cuSeqlens: true })).toEqual([2 + 3, 5])
})

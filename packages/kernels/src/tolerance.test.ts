import { expect, test } from 'vitest'
import { relativeError, toleranceOf } from './tolerance.ts'

const problem = { cell: 'lstm', dtype: 'f32', batch: 2, time: 9, heads: 1, headDim: 64 } as const

test('errors are relative to the largest magnitude of the tensor, and say where', () => {
  expect(relativeError([1, -4.5, 2], [1, -4, 2])).toEqual({ value: 0.125, index: 1 })
})

test('a NaN, and an output that is too short, are infinitely wrong', () => {
  expect(relativeError([1, NaN], [1, 2])).toEqual({ value: Infinity, index: 1 })
  expect(relativeError([1], [1, 2])).toEqual({ value: Infinity, index: 1 })
})

test('bf16 is allowed its own roundings, f32 a few hundred of its own', () => {
  expect(toleranceOf({ ...problem, dtype: 'bf16' })).toBeLessThanOrEqual(2e-2)
  expect(toleranceOf(problem)).toBeLessThan(2e-5)
  for (const target of ['cuda', 'wgsl'] as const)
    expect(toleranceOf({ ...problem, cell: 'mingru' }, target)).toBeLessThan(5e-6)
})

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

const f32 = { dtype: 'f32' } as const
const bf16 = { dtype: 'bf16' } as const

test('a state that is fed back as bf16 is allowed a handful of its roundings, f32 a few hundred of its own', () => {
  expect(toleranceOf({ ...problem, ...bf16 }, bf16)).toBeLessThanOrEqual(2e-2)
  expect(toleranceOf({ ...problem, ...bf16 }, f32)).toBe(toleranceOf({ ...problem, ...bf16 }, bf16))
  expect(toleranceOf(problem, f32)).toBeLessThan(2e-5)
})

test('a scan is allowed one rounding of what it stores; its states are float32', () => {
  for (const target of ['cuda', 'wgsl'] as const) {
    const scan = { ...problem, ...bf16, cell: 'mingru' }
    expect(toleranceOf(scan, f32, target)).toBeLessThan(5e-6)
    expect(toleranceOf(scan, bf16, target) - toleranceOf(scan, f32, target)).toBeCloseTo(2 ** -8, 12)
  }
})

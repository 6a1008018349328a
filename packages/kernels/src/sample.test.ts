import { expect, test } from 'vitest'
import { roundTo } from './dtype.ts'
import { sampleInputs } from './sample.ts'

const problem = { cell: 'linear', dtype: 'bf16', batch: 3, time: 50, heads: 1, headDim: 20 } as const

test('the same seed gives the same inputs, another seed others', () => {
  expect(sampleInputs(problem, 7)).toEqual(sampleInputs(problem, 7))
  expect(sampleInputs(problem, 7)).not.toEqual(sampleInputs(problem, 8))
})

test('inputs are already what the storage type can hold', () => {
  const { b } = sampleInputs(problem, 1)
  expect(roundTo('bf16', b!)).toEqual(b)
})

test('a coefficient that is an input contracts', () => {
  expect(sampleInputs(problem, 3)['a']!.every((a) => a >= 0 && a <= 1)).toBe(true)
})

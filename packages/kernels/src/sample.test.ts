import { expect, test } from 'vitest'
import { roundTo } from './dtype.ts'
import { reference } from './pass.ts'
import { sampleInputs } from './sample.ts'

const problem = { cell: 'linear', dtype: 'bf16', batch: 3, time: 50, heads: 1, headDim: 20 } as const

test('the same seed gives the same inputs, another seed others', () => {
  expect(sampleInputs(problem, 'forward', 7)).toEqual(sampleInputs(problem, 'forward', 7))
  expect(sampleInputs(problem, 'forward', 7)).not.toEqual(sampleInputs(problem, 'forward', 8))
})

test('inputs are already what the storage type can hold', () => {
  const { b } = sampleInputs(problem, 'forward', 1)
  expect(roundTo('bf16', b!)).toEqual(b)
})

test('a backward pass gets the h that the forward pass makes of the same inputs', () => {
  const forward = sampleInputs(problem, 'forward', 5)
  const backward = sampleInputs(problem, 'backward', 5)
  for (const [name, values] of Object.entries(forward)) expect(backward[name]).toEqual(values)
  expect(backward['h']).toEqual(roundTo('bf16', reference(problem, 'forward', forward)['h']!))
  // Where h0 stands among states that are stored in bf16 it is the same.
  expect(roundTo('bf16', backward['h0']!)).toEqual(backward['h0'])
})

test('a coefficient that is an input contracts', () => {
  expect(sampleInputs(problem, 'forward', 3)['a']!.every((a) => a >= 0 && a <= 1)).toBe(true)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MODEL } from '../test/samples.ts'
import { distance, isSameSource } from './likeness.ts'

const problem = MODEL.problem

test.each([
  [{}, 0],
  [{ batch: 8 }, 4],
  [{ batch: 32 }, 4],
  [{ time: 128 }, 3],
  [{ batch: 33 }, undefined],
  [{ batch: 7 }, undefined],
  [{ time: 127 }, undefined],
  [{ headDim: 832 }, 16 * Math.log2(832 / 768)],
  [{ headDim: 772 }, undefined], // divided by 4, not by 64
  [{ headDim: 1024 }, undefined], // too far
  [{ heads: 2 }, undefined],
  [{ cell: 'gru' }, undefined],
  [{ dtype: 'f32' as const }, undefined],
])('%j is %s away', (change, expected) => {
  expect(distance(problem, { ...problem, ...change })).toBe(expected)
})

test('distance is the same both ways, and 0 only for the same problem', () => {
  const size = fc.integer({ min: 1, max: 300 })
  const problems = fc.record({ batch: size, time: size, headDim: size }).map((sizes) => ({ ...problem, ...sizes }))
  fc.assert(
    fc.property(problems, problems, (one, other) => {
      expect(distance(one, other)).toBe(distance(other, one))
      if (distance(one, other) === 0) expect(one).toEqual(other)
    }),
  )
})

test('batch and time are not in the source', () => {
  expect(isSameSource(problem, { ...problem, batch: 1, time: 1 })).toBe(true)
  expect(isSameSource(problem, { ...problem, headDim: 832 })).toBe(false)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextRepeats, quantumOf } from './quantum.ts'

test('stamps on a grid give its width, whatever they start from', () => {
  const stamps = fc.array(fc.bigInt({ min: 0n, max: 1_000_000n }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(stamps, fc.bigInt({ min: 0n, max: 10n ** 15n }), (ticks, start) => {
      // Two neighbouring ticks fix the grid; without them only a multiple of it is known.
      const grid = [...ticks, 7n, 8n].map((tick) => start + tick * 65_536n)
      expect(quantumOf(grid)).toBe(65_536n)
    }),
  )
})

test('equal stamps tell nothing', () => {
  expect(quantumOf([5n, 5n, 5n])).toBe(0n)
  expect(quantumOf([])).toBe(0n)
})

test('repeats grow to what is wanted, by no more than 16 times, and stop at the most', () => {
  expect(nextRepeats({ repeats: 10, spanNs: 1000, leastNs: 4000, most: 1e6 })).toBe(48)
  expect(nextRepeats({ repeats: 10, spanNs: 3999, leastNs: 4000, most: 1e6 })).toBe(20)
  expect(nextRepeats({ repeats: 10, spanNs: 0, leastNs: Infinity, most: 1e6 })).toBe(160)
  expect(nextRepeats({ repeats: 10, spanNs: 1, leastNs: 1e9, most: 100 })).toBe(100)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode, roundTo } from './dtype.ts'

const singles = fc.array(fc.float({ noNaN: false }), { maxLength: 20 }).map((values) => Float32Array.from(values))

test('f32 values survive encoding and decoding to the bit', () => {
  fc.assert(
    fc.property(singles, (values) => {
      expect(decode('f32', encode('f32', values))).toEqual(values)
    }),
  )
})

test('rounding to bf16 is idempotent and picks a nearest neighbour', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 100), max: 2 ** 100 }), (value) => {
      const rounded = roundTo('bf16', [value])[0]!
      expect(roundTo('bf16', [rounded])[0]).toBe(rounded)
      // 8 bits of significand: half a unit in the last place is 2^-9 of the value, or half the least subnormal.
      expect(Math.abs(rounded - value)).toBeLessThanOrEqual(Math.max(Math.abs(value) * 2 ** -8, 2 ** -134))
    }),
  )
})

test('ties go to even', () => {
  // 1 + 2^-8 lies half way between 1 and 1 + 2^-7, 1 + 3·2^-8 half way between 1 + 2^-7 and 1 + 2^-6.
  expect([...roundTo('bf16', [1 + 2 ** -8, 1 + 3 * 2 ** -8])]).toEqual([1, 1 + 2 ** -6])
})

test('a NaN stays a NaN and an overflow becomes infinite', () => {
  expect([...roundTo('bf16', [NaN, 3.4e38, -Infinity])]).toEqual([NaN, Infinity, -Infinity])
})

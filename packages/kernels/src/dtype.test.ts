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

test.each([
  ['f16', 0x7c00],
  ['bf16', 0x7f80],
] as const)('every %s survives, and what lies between two goes to the nearer one, ties to even', (dtype, infinity) => {
  const halves = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits)
  const values = decode(dtype, new Uint8Array(halves.buffer))
  const again = new Uint16Array(encode(dtype, values).buffer)
  const isKept = (bits: number): boolean =>
    Number.isNaN(values[bits]) ? (again[bits]! & 0x7fff) > infinity : again[bits] === bits
  expect([...halves].filter((bits) => !isKept(bits))).toEqual([])
  // Positive finite neighbours: their middles, and a hair to either side, are exact as float32.
  const lows = halves.filter((bits) => bits < infinity - 1)
  const between = (share: number): Float32Array =>
    roundTo(
      dtype,
      Float32Array.from(lows, (bits) => values[bits]! + (values[bits + 1]! - values[bits]!) * share),
    )
  const [nearer, middle, farther] = [between(31 / 64), between(1 / 2), between(33 / 64)]
  const isNearest = (bits: number): boolean =>
    nearer[bits] === values[bits] &&
    middle[bits] === values[bits % 2 === 0 ? bits : bits + 1] &&
    farther[bits] === values[bits + 1]
  expect([...lows].filter((bits) => !isNearest(bits))).toEqual([])
})

test('f16 ends at 65504', () => {
  expect([...roundTo('f16', [65504, 65519, 65520, -1e9, 2 ** -25, NaN])]).toEqual([
    65504,
    65504,
    Infinity,
    -Infinity,
    0,
    NaN,
  ])
})

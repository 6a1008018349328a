import { decode, encode } from '@tilewright/kernels'
import { expect, test } from 'vitest'
import { decodeElements, ELEMENTS, encodeElements, holds, isFloat } from './element.ts'

test('every half survives the way to a number and back', () => {
  for (const element of ['f16', 'bf16'] as const) {
    const words = Uint16Array.from({ length: 65536 }, (_, i) => i)
    const numbers = decodeElements(element, new Uint8Array(words.buffer))
    const back = new Uint16Array(encodeElements(element, numbers).buffer)
    const changed = words.filter((word, i) => !Number.isNaN(numbers[i]!) && back[i] !== word)
    expect([...changed], element).toEqual([])
    expect(Number.isNaN(decodeElements(element, encodeElements(element, [NaN]))[0])).toBe(true)
  }
})

test('f16 rounds to nearest even, into denormals, zero and infinity', () => {
  // Largest f16 65504, step 32 above 32768; least denormal 2^-24.
  const pairs = [
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [65519, 65504],
    [65520, Infinity],
    [1e300, Infinity],
    [2 ** -25, 0],
    [2 ** -25 + 2 ** -40, 2 ** -24],
    [-(2 ** -24) * 1.5, -(2 ** -23)],
    [-0, -0],
  ] as const
  const found = decodeElements(
    'f16',
    encodeElements(
      'f16',
      pairs.map(([value]) => value),
    ),
  )
  pairs.forEach(([value, expected], i) => expect(found[i], String(value)).toBe(expected))
})

test('bf16 is that of the kernels', () => {
  const values = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i) * 2 ** ((i % 270) - 140))
  expect([...encodeElements('bf16', values)]).toEqual([...encode('bf16', values)])
  const bytes = encode('bf16', values)
  expect([...decodeElements('bf16', bytes)]).toEqual([...decode('bf16', bytes)])
})

test('integers are held within their range only', () => {
  for (const element of ELEMENTS.filter((name) => !isFloat(name) && !name.endsWith('64'))) {
    const bits = Number(element.slice(1))
    const [least, most] = element.startsWith('i') ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1]
    expect([least - 1, least, 0.5, most, most + 1].map((value) => holds(element, value))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ])
    expect([...decodeElements(element, encodeElements(element, [least, most]))]).toEqual([least, most])
  }
})

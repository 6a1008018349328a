import { expect, test } from 'vitest'
import { placeOf } from './tensor.ts'

test('a place is named axis by axis, last axis fastest', () => {
  const tensor = { name: 'states', dtype: 'f32', shape: [2, 3, 4, 1, 5], axes: 'sbtnd' } as const
  expect(placeOf(tensor, 0)).toBe('s=0 b=0 t=0 n=0 d=0')
  expect(placeOf(tensor, 1 * 60 + 2 * 20 + 3 * 5 + 4)).toBe('s=1 b=2 t=3 n=0 d=4')
})

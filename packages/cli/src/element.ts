import { ofHalf, toHalf } from '@tilewright/kernels'

/** How the elements of a buffer are stored, little endian. */
export const ELEMENTS = ['f64', 'f32', 'f16', 'bf16', 'i64', 'u64', 'i32', 'u32', 'i16', 'u16', 'i8', 'u8'] as const
export type Element = (typeof ELEMENTS)[number]

type Accessor = readonly [
  bytes: number,
  get: (view: DataView, at: number) => number,
  set: (view: DataView, at: number, value: number) => void,
]

const ACCESS: Readonly<Record<Element, Accessor>> = {
  f64: [8, (v, at) => v.getFloat64(at, true), (v, at, x) => v.setFloat64(at, x, true)],
  f32: [4, (v, at) => v.getFloat32(at, true), (v, at, x) => v.setFloat32(at, x, true)],
  f16: [2, (v, at) => ofHalf('f16', v.getUint16(at, true)), (v, at, x) => v.setUint16(at, toHalf('f16', x), true)],
  bf16: [2, (v, at) => ofHalf('bf16', v.getUint16(at, true)), (v, at, x) => v.setUint16(at, toHalf('bf16', x), true)],
  i64: [8, (v, at) => Number(v.getBigInt64(at, true)), (v, at, x) => v.setBigInt64(at, BigInt(x), true)],
  u64: [8, (v, at) => Number(v.getBigUint64(at, true)), (v, at, x) => v.setBigUint64(at, BigInt(x), true)],
  i32: [4, (v, at) => v.getInt32(at, true), (v, at, x) => v.setInt32(at, x, true)],
  u32: [4, (v, at) => v.getUint32(at, true), (v, at, x) => v.setUint32(at, x, true)],
  i16: [2, (v, at) => v.getInt16(at, true), (v, at, x) => v.setInt16(at, x, true)],
  u16: [2, (v, at) => v.getUint16(at, true), (v, at, x) => v.setUint16(at, x, true)],
  i8: [1, (v, at) => v.getInt8(at), (v, at, x) => v.setInt8(at, x)],
  u8: [1, (v, at) => v.getUint8(at), (v, at, x) => v.setUint8(at, x)],
}

export function bytesOfElement(element: Element): number {
  return ACCESS[element][0]
}

/** Whether elements of that type hold the number, up to the rounding of a floating-point type. */
export function holds(element: Element, value: number): boolean {
  if (isFloat(element)) return true
  const bits = 8 * bytesOfElement(element)
  const [least, most] = element.startsWith('i') ? [-(2 ** (bits - 1)), 2 ** (bits - 1)] : [0, 2 ** bits]
  return Number.isInteger(value) && value >= least && value < most
}

export function isFloat(element: Element): boolean {
  return element.includes('f')
}

/** The bytes of the numbers, rounded to nearest even where the type is shorter. */
export function encodeElements(element: Element, values: ArrayLike<number>): Uint8Array {
  const [bytes, , set] = ACCESS[element]
  const view = new DataView(new ArrayBuffer(values.length * bytes))
  for (let i = 0; i < values.length; i++) set(view, i * bytes, values[i]!)
  return new Uint8Array(view.buffer)
}

/** The inverse of `encodeElements`; integers past 2^53 are rounded. */
export function decodeElements(element: Element, data: Uint8Array): Float64Array {
  const [bytes, get] = ACCESS[element]
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  return Float64Array.from({ length: data.length / bytes }, (_, i) => get(view, i * bytes))
}

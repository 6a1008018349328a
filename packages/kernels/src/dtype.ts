import { ofHalf, toHalf } from './half.ts'
import type { PlanBuffer } from './plan.ts'

/** Values of tensors by name. On the host they are float32 whatever the storage; see `roundTo`. */
export type Tensors = Readonly<Record<string, Float32Array>>

/** Of the significand, after the point. */
const F16_DIGITS = 10

/** Bytes of one stored element. */
export function bytesOf(dtype: PlanBuffer['dtype']): number {
  return dtype === 'bf16' || dtype === 'f16' ? 2 : 4
}

/** The nearest values that the storage type can hold (ties to even), as float32. */
export function roundTo(dtype: PlanBuffer['dtype'], values: ArrayLike<number>): Float32Array {
  const rounded = Float32Array.from(values)
  return bytesOf(dtype) === 2 ? decode(dtype, encode(dtype, rounded)) : rounded
}

/** The bytes of a buffer that holds `values`, little endian. */
export function encode(dtype: PlanBuffer['dtype'], values: Float32Array): Uint8Array {
  if (dtype === 'f32') return new Uint8Array(values.slice().buffer)
  if (dtype === 'u32') return new Uint8Array(Uint32Array.from(values).buffer)
  if (dtype === 'f16') return new Uint8Array(Uint16Array.from(values, (value) => toHalf(value, F16_DIGITS)).buffer)
  const bits = new Uint32Array(values.slice().buffer)
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!
    const isNaN = (word & 0x7fffffff) > 0x7f800000
    // Round to nearest even on the 16 bits that are cut; a NaN keeps a bit of its payload and stays a NaN.
    halves[i] = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
  }
  return new Uint8Array(halves.buffer)
}

/** The inverse of `encode`; exact. */
export function decode(dtype: PlanBuffer['dtype'], bytes: Uint8Array): Float32Array {
  // Node's Buffer is a Uint8Array whose own slice shares memory with a pool; a copy of exactly these bytes is meant.
  const copy = Uint8Array.from(bytes).buffer
  if (dtype === 'f32') return new Float32Array(copy)
  if (dtype === 'u32') return Float32Array.from(new Uint32Array(copy))
  if (dtype === 'f16') return Float32Array.from(new Uint16Array(copy), (half) => ofHalf(half, F16_DIGITS))
  return new Float32Array(Uint32Array.from(new Uint16Array(copy), (half) => half << 16).buffer)
}

import { ofHalf, toHalf } from './half.ts'
import type { PlanBuffer } from './plan.ts'

/** Values of tensors by name. On the host they are float32 whatever the storage; see `roundTo`. */
export type Tensors = Readonly<Record<string, Float32Array>>

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
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) halves[i] = toHalf(dtype, values[i]!)
  return new Uint8Array(halves.buffer)
}

/** The inverse of `encode`; exact. */
export function decode(dtype: PlanBuffer['dtype'], bytes: Uint8Array): Float32Array {
  // Node's Buffer is a Uint8Array whose own slice shares memory with a pool; a copy of exactly these bytes is meant.
  const copy = Uint8Array.from(bytes).buffer
  if (dtype === 'f32') return new Float32Array(copy)
  if (dtype === 'u32') return Float32Array.from(new Uint32Array(copy))
  const halves = new Uint16Array(copy)
  const values = new Float32Array(halves.length)
  for (let i = 0; i < halves.length; i++) values[i] = ofHalf(dtype, halves[i]!)
  return values
}

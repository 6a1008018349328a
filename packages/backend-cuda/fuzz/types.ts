/** The C types of generated programs; `common.h` declares them. */
export const TYPES = ['i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64', 'f32', 'f64', 'f16', 'bf16', 'b1'] as const
export type CType = (typeof TYPES)[number]

/** Bits of a value; of `b1` the one that counts. */
export function bitsOf(type: CType): number {
  return Number(/\d+/.exec(type)![0])
}

/** Bits of the exponent and of the fraction. */
const FORMATS: Readonly<Partial<Record<CType, readonly [number, number]>>> = {
  f16: [5, 10],
  bf16: [8, 7],
  f32: [8, 23],
  f64: [11, 52],
}

export function isNaNPattern(type: CType, bits: bigint): boolean {
  const format = FORMATS[type]
  if (format === undefined) return false
  const [exponent, fraction] = format.map(BigInt) as [bigint, bigint]
  const infinity = ((1n << exponent) - 1n) << fraction
  return (bits & ((1n << (exponent + fraction)) - 1n)) > infinity
}

export function isFloat(type: CType): boolean {
  return FORMATS[type] !== undefined
}

/** Bit patterns where arithmetic changes its behaviour: zeros, bounds, infinities, NaN, subnormals, ties, powers of two. */
export function specials(type: CType): readonly bigint[] {
  const bits = BigInt(bitsOf(type))
  const format = FORMATS[type]
  if (format === undefined) {
    const top = 1n << (bits - 1n)
    const mask = (1n << bits) - 1n
    return [0n, 1n, 2n, 3n, 7n, 10n, 31n, 32n, 33n, 64n, top - 1n, top, top + 1n, mask, mask - 1n, mask - 6n].map(
      (value) => value & mask,
    )
  }
  const [exponent, fraction] = format.map(BigInt) as [bigint, bigint]
  const sign = 1n << (bits - 1n)
  const one = ((1n << (exponent - 1n)) - 1n) << fraction
  const infinity = ((1n << exponent) - 1n) << fraction
  const unit = 1n << fraction
  const sizes = [
    0n,
    1n, // the least subnormal, the greatest, the least normal
    unit - 1n,
    unit,
    one - unit, // 0.5, 1, its neighbours, 1.5, 2, 2.5, 3
    one - 1n,
    one,
    one + 1n,
    one + unit / 2n,
    one + unit,
    one + unit + unit / 4n,
    one + unit + unit / 2n,
    infinity - 1n,
    infinity,
    infinity + unit / 2n, // NaN
  ]
  return sizes.flatMap((size) => [size, size | sign])
}

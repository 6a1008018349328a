// Formats of 16 bits with a sign, `digits` bits of mantissa and the rest of exponent: f16 has 10, bf16 has 7.

/** The number that 16 bits stand for; exact. */
export function ofHalf(word: number, digits: number): number {
  const bias = 2 ** (14 - digits) - 1
  const exponent = (word & 0x7fff) >> digits
  const mantissa = (word & (2 ** digits - 1)) / 2 ** digits
  const sign = word & 0x8000 ? -1 : 1
  if (exponent === 2 * bias + 1) return mantissa === 0 ? sign * Infinity : NaN
  return sign * (exponent === 0 ? mantissa * 2 ** (1 - bias) : (1 + mantissa) * 2 ** (exponent - bias))
}

/** The 16 bits of the nearest number that there is, ties to even; what is too large becomes infinity. */
export function toHalf(value: number, digits: number): number {
  const bias = 2 ** (14 - digits) - 1
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const infinity = (2 * bias + 1) * 2 ** digits
  if (Number.isNaN(value)) return infinity | (2 ** (digits - 1))
  // The exponent of the last digit that is kept; below the least normal number it stays where it is.
  const exponent = Math.max(exponentOf(Math.abs(value)), 1 - bias)
  const steps = roundEven(Math.abs(value) / 2 ** (exponent - digits))
  return sign | Math.min(steps + (exponent + bias - 1) * 2 ** digits, infinity)
}

/** The greatest e with 2^e <= value, exactly. */
function exponentOf(value: number): number {
  if (value === 0) return -Infinity
  if (value === Infinity) return 1024
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return Math.max(view.getUint16(0) >> 4, 1) - 1023
}

function roundEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
}

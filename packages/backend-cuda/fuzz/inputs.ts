import { COLUMNS } from './program.ts'
import type { Random } from './random.ts'
import { bitsOf, specials } from './types.ts'
import type { CType } from './types.ts'

/** Rows of a launch, one a thread. */
export const ROWS = 64

const KINDS: readonly CType[] = ['i8', 'i16', 'i32', 'u32', 'i64', 'f32', 'f32', 'f64', 'f64', 'f16', 'bf16']

/** Words of inputs: special values of every type, numbers of moderate size, and random bits. */
export function inputs(random: Random): Uint32Array {
  const words = new Uint32Array(ROWS * COLUMNS)
  for (let i = 0; i < words.length; i += 2) {
    const type = random.pick(KINDS)
    const bits = bitsOf(type)
    let pair = 0n
    for (let at = 0; at < 64; at += bits) pair |= BigInt.asUintN(bits, value(type, random)) << BigInt(at)
    words[i] = Number(pair & 0xffffffffn)
    words[i + 1] = Number(pair >> 32n)
  }
  return words
}

function value(type: CType, random: Random): bigint {
  const choice = random.below(4)
  if (choice <= 1) return random.pick(specials(type))
  if (choice === 2) return moderate(type, random)
  return (BigInt(random.word()) << 32n) | BigInt(random.word())
}

// A number that others of its kind can be added to: small, and often half way between two integers.
function moderate(type: CType, random: Random): bigint {
  const small = (random.below(4096) - 2048) / random.pick([1, 2, 2, 16, 1024])
  if (type === 'f64') return new BigUint64Array(Float64Array.of(small + random.pick([0, 0, 2 ** -40])).buffer)[0]!
  const single = BigInt(new Uint32Array(Float32Array.of(small).buffer)[0]!)
  if (type === 'f32') return single
  if (type === 'bf16') return single >> 16n
  return BigInt(Math.trunc(small))
}

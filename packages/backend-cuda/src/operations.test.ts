import { roundTo } from '@tilewright/kernels'
import { describe, expect, test } from 'vitest'
import { missing, numbers, outputOf } from '../test-kernels/harness.ts'
import type { Launch } from '../test-kernels/harness.ts'

const f = Math.fround

/** Integers as the bits of a float buffer: buffers have no type of their own for them. */
function bitsOf(values: ArrayLike<number>): Float32Array {
  return new Float32Array(Int32Array.from(values).buffer)
}

function wordsOf(bits: Float32Array): Int32Array {
  return new Int32Array(bits.buffer, bits.byteOffset, bits.length)
}

/** Largest float at most (or least float at least) the exact value of a sum or product of two floats. */
function directed(exact: number, direction: 'down' | 'up'): number {
  const nearest = f(exact)
  if (nearest === exact || !Number.isFinite(exact)) return nearest
  if ((direction === 'down') === nearest < exact) return nearest
  const word = wordsOf(Float32Array.of(nearest))
  word[0]! += (direction === 'up') === nearest > 0 ? 1 : -1
  return new Float32Array(word.buffer)[0]!
}

const EDGES = [0, -0, 0.5, -0.5, 1.5, -2.5, 3e9, -3e9, Infinity, -Infinity, NaN, 2.75]
const pairs = EDGES.flatMap((p) => EDGES.map((q) => [p, q] as const))

// From compute 10.0 on nvcc keeps floats in registers without a type.
const ARCHITECTURES = ['sm_80', 'sm_120']

describe.runIf(missing === undefined).each(ARCHITECTURES)(
  'instructions of PTX for %s',
  { timeout: 120_000 },
  (architecture) => {
    const launch = (kernel: string, more: Omit<Launch, 'file' | 'kernel'>): Launch => ({
      file: 'operations.cu',
      kernel,
      // A source that asks for its architecture gets PTX of its own.
      defines: ['ARCHITECTURE __CUDA_ARCH__'],
      architecture,
      ...more,
    })

    test('float32, with NaN, infinities and zeros of both signs', async () => {
      const a = Float32Array.from([...pairs.map(([p]) => p), ...numbers(112, 1, -4, 4)])
      const b = Float32Array.from([...pairs.map(([, q]) => q), ...numbers(112, 2, -4, 4)])
      const n = a.length
      const y = await outputOf(
        launch('float_operations', {
          grid: Math.ceil(n / 64),
          block: 64,
          inputs: { a: { values: a }, b: { values: b } },
          outputs: [{ name: 'y', dtype: 'f32', shape: [n, 26] }],
          scalars: [n],
        }),
      )
      const least = (p: number, q: number): number => (Number.isNaN(p) ? q : Number.isNaN(q) ? p : Math.min(p, q))
      const greatest = (p: number, q: number): number => (Number.isNaN(p) ? q : Number.isNaN(q) ? p : Math.max(p, q))
      const half = (p: number): number =>
        Number.isFinite(p) && Math.abs(p % 1) === 0.5 ? 2 * Math.round(p / 2) : Math.round(p)
      const clamped = (p: number, low: number, high: number): number =>
        Number.isNaN(p) ? 0 : Math.min(Math.max(Math.trunc(p), low), high)
      for (let i = 0; i < n; i++) {
        const p = a[i]!
        const q = b[i]!
        const sum = p + q
        const expected = [
          least(p, q),
          greatest(p, q),
          Math.floor(p),
          Math.ceil(p),
          Math.trunc(p),
          half(p),
          Number(p !== q),
          Number(p < q),
          Number(!(p < q)),
          Number(!(p >= q)),
          Number(p === q),
          p > 0 ? Math.min(p, 1) : 0,
          Math.abs(p),
          Object.is(q, -0) || q < 0 ? -Math.abs(p) : Math.abs(p),
          f(clamped(p, -(2 ** 31), 2 ** 31 - 1)) + 0,
          f(clamped(Math.abs(p), 0, 2 ** 32 - 1)),
          f(Math.sqrt(Math.abs(p))),
          f(p / q),
          undefined,
          sum > 0 ? directed(sum, 'down') : directed(sum, 'up'),
          directed(p * q, 'down'),
          directed(sum, 'up'),
        ]
        const found = [...y.slice(i * 26, i * 26 + 26)]
        expected.forEach((value, j) => {
          // The sign of a NaN has no meaning, nor has that of copysign(x, NaN).
          if (value === undefined || (j === 13 && Number.isNaN(q))) return
          // A zero keeps its sign but where a result of 0 is one of two equal zeros of the rounding.
          if (value === 0 && j >= 19) expect(found[j], `result ${j} of ${p}, ${q}`).toBeCloseTo(0, 40)
          else if (j === 5 && value === 0) expect(Math.abs(found[j]!), `result ${j} of ${p}, ${q}`).toBe(0)
          else expect(found[j], `result ${j} of ${p}, ${q}`).toBe(value)
        })
        const smooth = [Math.exp(p), Math.tanh(p), 1 / (1 + Math.exp(-p)), Math.log1p(Math.abs(p))]
        smooth.forEach((value, j) => {
          const y = found[22 + j]!
          if (Number.isFinite(value) && Math.abs(value) < 3e38)
            expect(Math.abs(y - value), `function ${j} of ${p}`).toBeLessThanOrEqual(1e-6 * Math.abs(value) + 1e-30)
          else expect(y, `function ${j} of ${p}`).toBe(value > 3e38 ? Infinity : value)
        })
        if (Number.isFinite(p * q) && i >= pairs.length) expect(found[18]).toBe(f(p * q + p))
      }
    })

    test('32-bit integers, to the bit', async () => {
      const some = [1, 2, 255, 2 ** 31 - 1, -(2 ** 31) + 1, -1, -255, 65535]
      const divisors = [1, -1, 7, -13, 31, 32, 1000003]
      const random = numbers(400, 3, -(2 ** 31), 2 ** 31 - 1)
      const a = [...some.flatMap((p) => divisors.map(() => p)), ...random.slice(0, 200)].map((p) => Math.trunc(p) | 0)
      const b = [...some.flatMap(() => divisors), ...random.slice(200)].map((q) => Math.trunc(q) | 0 || 1)
      const n = a.length
      const bits = await outputOf(
        launch('integer_operations', {
          grid: Math.ceil(n / 64),
          block: 64,
          inputs: { a: { values: bitsOf(a) }, b: { values: bitsOf(b) } },
          outputs: [{ name: 'y', dtype: 'f32', shape: [n, 26] }],
          scalars: [n],
        }),
      )
      const y = wordsOf(bits)
      for (let i = 0; i < n; i++) {
        const [p, q] = [a[i]!, b[i]!]
        const [u, v] = [p >>> 0, q >>> 0]
        const [P, Q, U, V] = [BigInt(p), BigInt(q), BigInt(u), BigInt(v)]
        const s = q & 31
        const ones = (word: number): number => word.toString(2).replaceAll('0', '').length
        const byte = (word: number, k: number): number => (word >>> (8 * k)) & 255
        const expected = [
          Number(P / Q),
          Number(P % Q),
          Math.floor(u / v),
          u % v,
          p << s,
          p >> s,
          u >>> s,
          Number((U * V) >> 32n),
          Number((P * Q) >> 32n),
          Math.min(p, q),
          Math.max(p, q),
          Math.min(u, v),
          ones(u),
          Math.clz32(p),
          parseInt([...u.toString(2).padStart(32, '0')].reverse().join(''), 2),
          byte(u, 0) | (byte(v, 0) << 8) | (byte(u, 1) << 16) | (byte(v, 1) << 24),
          s === 0 ? q : (v << s) | (u >>> (32 - s)),
          (p & q) ^ (~p | q),
          Number(BigInt.asIntN(32, (P * Q) >> 7n)),
          (p << 24) >> 24,
          p & 0xffff,
          (p >> 3) & 0x3f,
          Number(BigInt.asIntN(32, P * Q + P)),
          Math.abs(p),
          p === 0 ? 0 : 32 - Math.clz32(p & -p),
          Number(BigInt.asIntN(32, (U * V) / 1000003n)),
        ].map((value) => value | 0)
        expect([...y.slice(i * 26, i * 26 + 26)], `operands ${p}, ${q}`).toEqual(expected)
      }
    })

    test('bf16 and f16', async () => {
      const p = roundTo('bf16', numbers(64, 4, -4, 4))
      const q = roundTo('bf16', numbers(64, 5, -4, 4))
      const x = numbers(64, 6, 0.5, 4)
      const y = await outputOf(
        launch('half_operations', {
          block: 64,
          inputs: { p: { values: p, dtype: 'bf16' }, q: { values: q, dtype: 'bf16' }, x: { values: x } },
          outputs: [{ name: 'y', dtype: 'f32', shape: [64, 12] }],
        }),
      )
      const bf16 = (value: number): number => roundTo('bf16', [value])[0]!
      // Numbers here are above the subnormals of f16 by far: 11 digits. All of it is exact in doubles.
      const f16 = (value: number): number => {
        const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10)
        const scaled = value / unit
        const rounded = Math.abs(scaled % 1) === 0.5 ? 2 * Math.round(scaled / 2) : Math.round(scaled)
        return rounded * unit
      }
      for (let i = 0; i < 64; i++) {
        const [a, b, c] = [p[i]!, q[i]!, x[i]!]
        const [h, k] = [f16(c), f16(f(c * f(0.37)))]
        const low = bf16(f(c * 3))
        const expected = [
          bf16(a * b + a),
          Math.min(a, b),
          Math.max(a, b),
          -a,
          bf16(c),
          bf16(c),
          low,
          bf16(low * low + low),
          h,
          f16(h + k),
          f16(h * k),
          f16(h * k + h),
        ]
        expect([...y.slice(i * 12, i * 12 + 12)], `case ${i}`).toEqual(expected)
      }
    })

    test('float64', async () => {
      const a = numbers(32, 7, -4, 4)
      const y = await outputOf(
        launch('double_operations', {
          block: 32,
          inputs: { a: { values: a } },
          outputs: [{ name: 'y', dtype: 'f32', shape: [32, 6] }],
        }),
      )
      a.forEach((p, i) => {
        const expected = [
          Math.sqrt(Math.abs(p)),
          p * p + 1,
          p / 3,
          Math.max(p, 0.25),
          Math.trunc(p * 1e9),
          Math.exp(p),
        ].map(f)
        expect([...y.slice(i * 6, i * 6 + 6)]).toEqual(expected)
      })
    })

    test('NaN to integers, zeros of directed roundings, carries', async () => {
      const y = await outputOf(
        launch('edge_operations', {
          block: 1,
          inputs: { x: { values: new Float32Array(1) } },
          outputs: [{ name: 'y', dtype: 'f32', shape: [14] }],
        }),
      )
      expect([...wordsOf(y)].map((word) => (word >>> 0).toString(16))).toEqual([
        // PTX ISA, cvt: the highest bit alone where source or destination has 64 bits, else 0.
        ...['80000000', '80000000', '0', '80000000'],
        // -0 * 5, and the sum of zeros that differ in their sign, which is -0 only when rounding down.
        ...['80000000', '80000000', '80000000'],
        // 1/3 lies between these two doubles, 0.1 above this float, 2^64 - 2^40 + 1 below this.
        ...['55555555', '55555556', '3dcccccc', '5f800000'],
        // 2^32 - 1 plus 1 carries into the next word, and from that into the last; addc without .cc leaves the carry, which
        // madc adds once more.
        ...['0', '0', '2'],
      ])
    })

    test.each([0, 1])('atomics, seed %i', async (seed) => {
      // Outputs start as all ones: what is added to wraps, what is compared with zero is not changed.
      const ran = await outputOf(
        launch('atomic_operations', {
          block: 64,
          inputs: { none: { values: new Float32Array(1) } },
          outputs: [
            { name: 'y', dtype: 'f32', shape: [9] },
            { name: 'z', dtype: 'f32', shape: [1] },
          ],
          order: ['y', 'z'],
          seed,
        }),
      )
      const y = [...wordsOf(ran)].map((word) => word >>> 0)
      expect(y).toEqual([63, 2 ** 32 - 1, 937, 2 ** 32 - 1, 9, 2 ** 32 - 1, 0, 3, 2 ** 32 - 1])
    })
  },
)

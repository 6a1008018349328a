import { describe, expect, test } from 'vitest'
import { missing, numbers, outputOf } from '../test-kernels/harness.ts'

const ROWS = 16
const COLUMNS = 8

/** Multiples of 1/8 of at most seven digits: exact in every type, and so are their products and sums in a float. */
function eighths(count: number, seed: number): Float32Array {
  return numbers(count, seed, -64, 64).map((value) => Math.trunc(value) / 8)
}

/** Words of random bits, as a float buffer; none is a NaN, so that copies keep them. */
function words(count: number, seed: number): Float32Array {
  return new Float32Array(Uint32Array.from(numbers(count, seed, 0, 0x7f800000)).buffer)
}

function halvesOf(values: Float32Array): Uint16Array {
  return new Uint16Array(values.buffer, values.byteOffset, 2 * values.length)
}

describe.runIf(missing === undefined)('matrices of a warp', { timeout: 120_000 }, () => {
  test.each([
    ['bf16', 16],
    ['f16', 16],
    ['bf16', 8],
    ['f16', 8],
    ['tf32', 8],
    ['tf32', 4],
  ])('mma.sync of %s, 16 x 8 x %i, is the product in float64', async (type, depth) => {
    for (const seed of [1, 2, 3, 4]) {
      const a = eighths(ROWS * depth, seed)
      const b = eighths(depth * COLUMNS, seed + 10)
      const c = eighths(ROWS * COLUMNS, seed + 20)
      const d = await outputOf({
        file: 'matrix.cu',
        kernel: `${type}_${depth}`,
        block: 32,
        inputs: { a: { values: a }, b: { values: b }, c: { values: c } },
        outputs: [{ name: 'd', dtype: 'f32', shape: [ROWS, COLUMNS] }],
      })
      const expected = Array.from(c, (sum, i) => {
        const [row, column] = [Math.floor(i / COLUMNS), i % COLUMNS]
        for (let k = 0; k < depth; k++) sum += a[row * depth + k]! * b[k * COLUMNS + column]!
        return sum
      })
      expect([...d], `seed ${seed}`).toEqual(expected)
    }
  })

  // Where lane i says that its row is, in rows of eight halves.
  const rowOf = (i: number): number => (i * 5 + 3) % 32
  const VARIANTS = [1, 2, 4, 1, 2, 4].map((count, i) => ({ count, transposed: i >= 3 }))

  /** Of a lane's register m: for its lower and upper half, the half in shared memory that belongs to it. */
  function placesOf(lane: number, m: number, transposed: boolean): readonly number[] {
    return [0, 1].map((e) => {
      const [row, column] = [Math.floor(lane / 4), 2 * (lane % 4) + e]
      return transposed ? rowOf(8 * m + column) * 8 + row : rowOf(8 * m + row) * 8 + column
    })
  }

  test('ldmatrix x1, x2, x4, and transposed', async () => {
    const x = words(128, 5)
    const y = await outputOf({
      file: 'matrix.cu',
      kernel: 'load_matrices',
      block: 32,
      inputs: { x: { values: x } },
      outputs: [{ name: 'y', dtype: 'f32', shape: [6 * 128] }],
    })
    VARIANTS.forEach(({ count, transposed }, v) => {
      const expected = new Uint16Array(256)
      for (let m = 0; m < count; m++)
        for (let lane = 0; lane < 32; lane++)
          placesOf(lane, m, transposed).forEach((place, e) => {
            expected[2 * (m * 32 + lane) + e] = halvesOf(x)[place]!
          })
      expect(halvesOf(y.slice(v * 128, v * 128 + 128)), `variant ${v}`).toEqual(expected)
    })
  })

  test('stmatrix x1, x2, x4, and transposed', async () => {
    const x = words(128, 6)
    const y = await outputOf({
      file: 'matrix.cu',
      kernel: 'store_matrices',
      architecture: 'sm_90',
      block: 32,
      inputs: { x: { values: x } },
      outputs: [{ name: 'y', dtype: 'f32', shape: [6 * 128] }],
    })
    VARIANTS.forEach(({ count, transposed }, v) => {
      const expected = new Uint16Array(256)
      for (let m = 0; m < count; m++)
        for (let lane = 0; lane < 32; lane++)
          placesOf(lane, m, transposed).forEach((place, e) => {
            expected[place] = halvesOf(x)[2 * (m * 32 + lane) + e]!
          })
      expect(halvesOf(y.slice(v * 128, v * 128 + 128)), `variant ${v}`).toEqual(expected)
    })
  })
})

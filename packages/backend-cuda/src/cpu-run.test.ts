import { roundTo } from '@tilewright/kernels'
import { describe, expect, test } from 'vitest'
import { missing, numbers, outputOf } from '../test-kernels/harness.ts'
import type { Launch } from '../test-kernels/harness.ts'

test('nvcc, ptxas and g++ are here, or the log says what is missing', () => {
  if (missing !== undefined) console.warn(`tests that run PTX on the CPU are left out: ${missing.message}`)
  expect(missing !== undefined && process.env['CI'] ? missing.message : 'complete or not CI').toBe('complete or not CI')
})

const SEEDS = [0, 1, 2, 3]

describe.runIf(missing === undefined)('kernels that are right', { timeout: 120_000 }, () => {
  const x = numbers(1000, 1)
  const blockSum: Launch = {
    file: 'reduce.cu',
    kernel: 'block_sum',
    grid: 4,
    block: 256,
    inputs: { x: { values: x } },
    outputs: [{ name: 'sums', dtype: 'f32', shape: [4] }],
    scalars: [1000],
  }
  // Four sums of 256 terms below 1: what float32 may lose is far below the sum of any two terms left out.
  const sumsOf = (values: Float32Array): number[] =>
    [0, 1, 2, 3].map((b) => values.slice(b * 256, b * 256 + 256).reduce((sum, value) => sum + value, 0))

  test.each(SEEDS)('a block reduction, seed %i', async (seed) => {
    const sums = await outputOf({ ...blockSum, seed })
    sumsOf(x).forEach((sum, b) => expect(sums[b]).toBeCloseTo(sum, 4))
  })

  test('without its barrier the reduction is wrong under some order', async () => {
    const wrong = await Promise.all(
      [1, 2, 3, 4, 5].map(async (seed) => {
        const sums = await outputOf({ ...blockSum, defines: ['NO_BARRIER'], seed })
        return sumsOf(x).some((sum, b) => !(Math.abs(sums[b]! - sum) < 1e-3))
      }),
    )
    expect(wrong).toContain(true)
  })

  test.each(SEEDS)('a warp scan, seed %i', async (seed) => {
    const values = Float32Array.from({ length: 64 }, (_, i) => (i * 7) % 13)
    const y = await outputOf({
      file: 'warp.cu',
      kernel: 'warp_scan',
      block: 64,
      inputs: { x: { values } },
      outputs: [{ name: 'y', dtype: 'f32', shape: [64] }],
      seed,
    })
    const sums = values.map((_, i) => values.slice(i - (i % 32), i + 1).reduce((sum, value) => sum + value, 0))
    expect(y).toEqual(sums)
  })

  test.each(SEEDS)('votes, shuffles, matches and reductions of a warp, seed %i', async (seed) => {
    const values = Float32Array.from({ length: 64 }, (_, i) => ((i * 5) % 13) - 6)
    const y = await outputOf({
      file: 'warp.cu',
      kernel: 'warp_operations',
      block: 64,
      inputs: { x: { values } },
      outputs: [{ name: 'y', dtype: 'f32', shape: [64, 12] }],
      seed,
    })
    for (let i = 0; i < 64; i++) {
      const first = i - (i % 32)
      const lane = i % 32
      const warp = [...values.slice(first, first + 32)]
      const v = warp[lane]!
      const expected = [
        Number(warp.some((other) => other > 5)),
        Number(warp.every((other) => other > -7)),
        warp.slice(0, 16).reduce((bits, other, l) => bits + (other > 0 ? 2 ** l : 0), 0),
        warp[lane ^ 5]!,
        (lane % 8) + 3 < 8 ? warp[lane + 3]! : v,
        warp.reduce((sum, other) => sum + other, 0),
        Math.min(...warp),
        warp.filter((other) => other === v).length,
        values.filter((other) => other > 0).length,
        2,
        lane < 16 ? warp[3]! : warp[20]!,
      ]
      expect([...y.slice(i * 12, i * 12 + 11)]).toEqual(expected)
      // Lane 30 asks lane 31, which has returned; what it gets is not defined.
      if (lane < 30) expect(y[i * 12 + 11]).toBe(warp[lane ^ 1])
    }
  })

  const DEPTH = 88
  const A = roundTo('bf16', numbers(16 * DEPTH, 2))
  const B = roundTo('bf16', numbers(DEPTH * 8, 3))
  const tile: Launch = {
    file: 'tile.cu',
    kernel: 'tile_product',
    block: 32,
    inputs: { A: { values: A, dtype: 'bf16' }, B: { values: B, dtype: 'bf16' } },
    outputs: [{ name: 'C', dtype: 'f32', shape: [16, 8] }],
    scalars: [DEPTH],
  }
  const furthest = (C: Float32Array): number => {
    let most = 0
    for (let row = 0; row < 16; row++)
      for (let column = 0; column < 8; column++) {
        let sum = 0
        for (let k = 0; k < DEPTH; k++) sum += A[row * DEPTH + k]! * B[k * 8 + column]!
        const error = Math.abs(C[row * 8 + column]! - sum)
        most = error <= most ? most : error
      }
    return most
  }

  test.each(SEEDS)('a bf16 tile product through cp.async, ldmatrix and mma.sync, seed %i', async (seed) => {
    // 88 products below 1, summed in float32.
    expect(furthest(await outputOf({ ...tile, seed }))).toBeLessThan(DEPTH * 2 ** -23 * DEPTH)
  })

  test('the PTX of compute 12.0 gives the same tile product', async () => {
    const newest = { ...tile, defines: ['ARCHITECTURE __CUDA_ARCH__'], architecture: 'sm_120' }
    expect(await outputOf(newest)).toEqual(await outputOf(tile))
  })

  test('without the wait for its copies the tile product is wrong', async () => {
    expect(furthest(await outputOf({ ...tile, defines: ['NO_WAIT'] }))).toBeNaN()
  })

  const D = 256
  const STEPS = 16
  const R = roundTo('bf16', numbers(D * D, 4, -0.1, 0.1))
  const h0 = roundTo('bf16', numbers(8 * D, 5))
  const persistent: Launch = {
    file: 'persistent.cu',
    kernel: 'persistent',
    grid: 16,
    block: 128,
    sharedBytes: 4 * 16 * 8 * 4,
    cooperative: true,
    inputs: { R: { values: R, dtype: 'bf16' }, h0: { values: h0, dtype: 'bf16' } },
    outputs: [{ name: 'states', dtype: 'bf16', shape: [STEPS, 8, D] }],
    scratch: [{ name: 'arrivals', role: 'zeroed', dtype: 'u32', shape: [1] }],
    scalars: [STEPS],
  }
  // Each state from the one that the kernel itself wrote: an error in one step does not hide in the next.
  const worstStep = (states: Float32Array): number => {
    let worst = 0
    for (let t = 0; t < STEPS; t++)
      for (let b = 0; b < 8; b++) {
        const h =
          t === 0 ? h0.subarray(b * D, b * D + D) : states.subarray(((t - 1) * 8 + b) * D, ((t - 1) * 8 + b) * D + D)
        for (let row = 0; row < D; row++) {
          let sum = h[row]! / 2
          for (let k = 0; k < D; k++) sum += R[row * D + k]! * h[k]!
          const error = Math.abs(states[(t * 8 + b) * D + row]! - sum) / Math.max(1, Math.abs(sum))
          worst = error <= worst ? worst : error
        }
      }
    return worst
  }

  test.each(SEEDS)('a persistent recurrence with a grid barrier of its own, seed %i', async (seed) => {
    // Half a unit in the last place of bf16, and a little for the order of the sums.
    expect(worstStep(await outputOf({ ...persistent, seed }))).toBeLessThan(2 ** -8)
  })

  test('without its grid barrier the recurrence is wrong', async () => {
    const states = await outputOf({ ...persistent, defines: ['NO_GRID_BARRIER'], seed: 1 })
    expect(worstStep(states) < 2 ** -8).toBe(false)
  })

  test.each(['sm_80', 'sm_90'])(
    'local arrays, calls, constants, vectors and generic addresses on %s',
    async (architecture) => {
      const values = numbers(64, 6)
      const y = await outputOf({
        file: 'memory.cu',
        kernel: 'memory_kinds',
        // A source that asks for its architecture gets PTX of its own.
        defines: ['ARCHITECTURE __CUDA_ARCH__'],
        architecture,
        block: 64,
        sharedBytes: 256,
        inputs: { x: { values } },
        outputs: [{ name: 'y', dtype: 'f32', shape: [64, 8] }],
        scalars: [3],
      })
      const table = [1, 2.5, -3, 0.125]
      const fibonacci = [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89]
      for (let i = 0; i < 64; i++) {
        const pick = (i + 3) % 16
        const four = Math.floor(i / 4) * 4
        const expected = [
          Math.fround(Math.fround(values[pick]! * 3) + table[pick % 4]!),
          fibonacci[i % 12]!,
          values[(i + 1) % 64]! * [2, 4, 1][i % 3]!,
          1,
          [1, 65535, 7][i % 3]!,
          Math.fround(
            Math.fround(Math.fround(values[four]! + values[four + 1]!) + values[four + 2]!) + values[four + 3]!,
          ),
          values[63 - i]! * 4,
          values[63 - i]! * 2,
        ]
        expect([...y.slice(i * 8, i * 8 + 8)]).toEqual(expected)
      }
    },
  )
})

import { describe, expect, test } from 'vitest'
import { missing, numbers, outputOf, run, type Launch } from '../test-kernels/harness.ts'

const SEEDS = [0, 1, 2]
const x = numbers(128, 1)

describe.runIf(missing === undefined)("NVIDIA's cooperative groups, watched", { timeout: 120_000 }, () => {
  const gridSums: Launch = {
    file: 'groups.cu',
    kernel: 'grid_sums',
    grid: 4,
    block: 32,
    cooperative: true,
    inputs: { x: { values: x } },
    scratch: [{ name: 'sums', role: 'zeroed', dtype: 'f32', shape: [4] }],
    outputs: [{ name: 'y', dtype: 'f32', shape: [128] }],
    order: ['x', 'sums', 'y'],
    watched: true,
  }

  test.each(SEEDS)('a barrier of the grid orders what is before it, seed %i', async (seed) => {
    const y = await outputOf({ ...gridSums, seed })
    const total = 2 * x.reduce((sum, value) => sum + value, 0) + 128
    // 256 terms below 2, added in float32.
    for (const value of y) expect(Math.abs(value - total)).toBeLessThan(256 * 2 * 2 ** -23 * 16)
  })

  test('and without the second one a race is found', async () => {
    const found = await Promise.all(
      SEEDS.map((seed) => run({ ...gridSums, seed, defines: ['NO_SECOND_SYNC'], watched: true })),
    )
    expect(found.map((ran) => ran.status === 'ran' || ran.reason)).toEqual(SEEDS.map(() => 'race'))
  })

  test.each(SEEDS)('blocks of a cluster read each other, seed %i', async (seed) => {
    const y = await outputOf({
      ...gridSums,
      kernel: 'cluster_swap',
      architecture: 'sm_90',
      cooperative: false,
      scratch: [],
      order: ['x', 'y'],
      seed,
    })
    expect(y).toEqual(x.map((_, i) => x[Math.floor(i / 32) * 32 + (i & 32 ? -32 : 32) + 31 - (i % 32)]!))
  })
})

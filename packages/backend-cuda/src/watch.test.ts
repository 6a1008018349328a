import { roundTo } from '@tilewright/kernels'
import type { PlanBuffer } from '@tilewright/kernels'
import { describe, expect, test } from 'vitest'
import { missing, numbers, outputOf, run } from '../test-kernels/harness.ts'
import type { Launch } from '../test-kernels/harness.ts'

const SEEDS = [0, 1, 2]
const scratch = (name: string, count: number, dtype: PlanBuffer['dtype'] = 'u32'): PlanBuffer => ({
  name,
  role: 'zeroed',
  dtype,
  shape: [count],
})
const f32 = (name: string, count: number): Launch['outputs'][number] => ({ name, dtype: 'f32', shape: [count] })

/** Kernels that are right, as they are launched; the test below plants their mistakes. */
const x = numbers(128, 1, 1, 4)
const of = (kernel: string, more: Partial<Launch> = {}): Launch => ({
  file: 'order.cu',
  kernel,
  block: 64,
  inputs: { x: { values: x } },
  outputs: [f32('y', 128)],
  ...more,
})
const SUBTLE = { file: 'subtle.cu' }
const D = 256
const RIGHT = {
  exchange: of('exchange'),
  exchange_in_warp: of('exchange_in_warp'),
  exchange_in_half: of('exchange_in_half'),
  producer: of('producer'),
  hand_over: of('hand_over', {
    grid: 2,
    cooperative: true,
    scratch: [scratch('value', 1, 'f32'), scratch('flag', 1)],
  }),
  last_block: of('last_block', {
    grid: 4,
    block: 32,
    scratch: [scratch('sums', 128, 'f32'), scratch('count', 1)],
  }),
  chain: of('chain', {
    grid: 4,
    block: 32,
    cooperative: true,
    scratch: [scratch('prefix', 4, 'f32'), scratch('ready', 4)],
  }),
  histogram: of('histogram', {
    order: ['x', 'y'],
    outputs: [f32('unused', 1)],
    scratch: [scratch('y', 4, 'f32')],
  }),
  bytes: of('bytes'),
  fragment: of('fragment', { block: 32 }),
  fragment_from_shared: of('fragment_from_shared', { block: 32 }),
  sum_of_nothing: of('sum_of_nothing', { block: 32, scalars: [5] }),
  owners: of('owners', { grid: 2, block: 32 }),
  broadcast: of('broadcast', SUBTLE),
  tally: of('tally', SUBTLE),
  two_fences: of('two_fences', SUBTLE),
  fetch: of('fetch', { ...SUBTLE, block: 32, scratch: [scratch('values', 32, 'f32')] }),
  half_returns: of('half_returns', SUBTLE),
  leaves_early: of('leaves_early', SUBTLE),
  wide_fence: of('wide_fence', {
    ...SUBTLE,
    grid: 2,
    cooperative: true,
    scratch: [scratch('value', 1, 'f32'), scratch('flag', 1)],
  }),
  fence_behind: of('fence_behind', {
    ...SUBTLE,
    grid: 4,
    block: 32,
    scratch: [scratch('sums', 128, 'f32'), scratch('count', 1)],
  }),
  swap: of('swap', {
    file: 'cluster.cu',
    architecture: 'sm_90',
    defines: ['ARCHITECTURE __CUDA_ARCH__'],
    grid: 4,
    block: 32,
  }),
  arrives_early: of('arrives_early', {
    file: 'cluster.cu',
    architecture: 'sm_90',
    defines: ['ARCHITECTURE __CUDA_ARCH__'],
    grid: 4,
  }),
  block_sum: of('block_sum', {
    file: 'reduce.cu',
    block: 256,
    inputs: { x: { values: numbers(1000, 1) } },
    outputs: [f32('sums', 4)],
    grid: 4,
    scalars: [1000],
  }),
  tile_product: of('tile_product', {
    file: 'tile.cu',
    block: 32,
    inputs: {
      A: { values: roundTo('bf16', numbers(16 * 88, 2)), dtype: 'bf16' },
      B: { values: roundTo('bf16', numbers(88 * 8, 3)), dtype: 'bf16' },
    },
    outputs: [f32('C', 128)],
    scalars: [88],
  }),
  persistent: of('persistent', {
    file: 'persistent.cu',
    grid: 16,
    block: 128,
    sharedBytes: 4 * 16 * 8 * 4,
    cooperative: true,
    inputs: {
      R: { values: roundTo('bf16', numbers(D * D, 4, -0.1, 0.1)), dtype: 'bf16' },
      h0: { values: roundTo('bf16', numbers(8 * D, 5)), dtype: 'bf16' },
    },
    outputs: [{ name: 'states', dtype: 'bf16', shape: [4, 8, D] }],
    scratch: [scratch('arrivals', 1)],
    scalars: [4],
  }),
} as const satisfies Record<string, Launch>

type Name = keyof typeof RIGHT

describe.runIf(missing === undefined)('accesses that are watched', { timeout: 120_000 }, () => {
  test.each(Object.keys(RIGHT) as Name[])('nothing is said of %s, which is right', async (name) => {
    for (const seed of SEEDS) {
      const ran = await run({ ...RIGHT[name], seed, watched: true })
      expect(ran.status === 'ran' ? 'ran' : ran.message, `seed ${seed}`).toBe('ran')
    }
  })

  // What each mistake makes of the kernel: the reason, and what of the message matters. Under another order of the threads
  // a value that is awaited may not have come at all.
  const MISTAKES: readonly (readonly [Name, string, RegExp])[] = [
    ['exchange', 'NO_BARRIER', /order.cu:13 .*of shared memory, which nobody has written so far/],
    ['exchange', 'NO_SECOND_BARRIER', /^race: order.cu:9 .*read at order.cu:13 \(ld.shared.f32\), and nothing orders/],
    ['exchange_in_warp', 'NO_WARP_BARRIER', /order.cu:29 .*of shared memory, which nobody has written so far/],
    ['exchange_in_half', 'WRONG_HALF', /^race: .*reads .* wrote at/],
    ['producer', 'NO_EMPTY', /^race: /],
    ['hand_over', 'NO_FENCE', /^race: .*of value, which thread \(0,0,0\) of block \(0,0,0\) wrote at/],
    ['hand_over', 'FENCE_OF_BLOCK', /^race: .*of value, which/],
    ['hand_over', 'NO_SECOND_FENCE', /^race: .*of value, which/],
    ['last_block', 'NO_FENCE', /^race: .*of sums, which/],
    ['chain', 'RELAXED', /^race: .*of prefix, which/],
    ['histogram', 'NO_ATOMIC', /^race: .*of shared memory/],
    [
      'fragment',
      'UNSET',
      /^uninitialised: .*\(mma.sync.*\): uses register %r\d+, which no instruction before has written/,
    ],
    ['fragment_from_shared', 'UNWRITTEN', /^uninitialised: .*\(ldmatrix.*\): reads bytes 112 to 127 of shared memory/],
    ['sum_of_nothing', 'UNSET', /^uninitialised: .*uses register %f\d+/],
    [
      'owners',
      'OVERLAP',
      /^race: .*writes bytes 124 to 127 of y, which thread \(\d+,0,0\) of block \([01],0,0\) wrote/,
    ],
    ['broadcast', 'NO_EMPTY', /^race: /],
    ['tally', 'BARRIER_OF_WARP', /^race: .*reads .*, which thread \(\d+,0,0\) of block \(0,0,0\) wrote at .*\(atom/],
    ['two_fences', 'NO_FENCE', /^race: .*reads bytes/],
    ['fetch', 'WAIT_TOO_LATE', /^race: .*\(cp.async.*\): reads bytes .* of values, which .* wrote at/],
    ['half_returns', 'WRONG_HALF', /^race: .*reads .* wrote at/],
    ['leaves_early', 'NO_BARRIER', /of shared memory, which nobody has written so far/],
    ['wide_fence', 'FENCE_OF_BLOCK', /^race: .*of value, which/],
    ['fence_behind', 'FENCE_BEFORE', /^race: .*of sums, which/],
    ['swap', 'NO_BARRIER', /of shared memory of block \([0-3],0,0\), which nobody has written so far/],
    ['swap', 'NO_LAST_BARRIER', /^block-returned: .*asks for shared memory of block/],
    ['arrives_early', 'NO_BARRIER', /of shared memory/],
    ['block_sum', 'NO_BARRIER', /^race: reduce.cu/],
    ['tile_product', 'NO_WAIT', /^copy-not-awaited: .*\(ldmatrix.*\): reads .* began at tile.cu:\d+ \(cp.async/],
    ['persistent', 'NO_GRID_BARRIER', /of states, which nobody has written so far/],
  ]

  test.each(MISTAKES)('%s with %s is found', async (name, mistake, message) => {
    const launch: Launch = RIGHT[name]
    const found: string[] = []
    for (const seed of SEEDS) {
      const ran = await run({ ...launch, defines: [...(launch.defines ?? []), mistake], seed, watched: true })
      found.push(ran.status === 'ran' ? 'ran' : `${ran.reason}: ${ran.message}`)
    }
    // Ending before the neighbour has read is seen only where it is run so; the others under every order.
    if (mistake !== 'NO_LAST_BARRIER') for (const what of found) expect(what).toMatch(/^(race|uninitialised|copy)/)
    expect(
      found.some((what) => message.test(what)),
      found.join('\n'),
    ).toBe(true)
  })

  test.each(SEEDS)('blocks of a cluster write, add and know their places, seed %i', async (seed) => {
    const values = numbers(32, 2)
    const y = await outputOf({
      file: 'cluster.cu',
      kernel: 'give',
      architecture: 'sm_90',
      defines: ['ARCHITECTURE __CUDA_ARCH__'],
      grid: [4, 2, 1],
      block: 32,
      inputs: { x: { values } },
      outputs: [f32('y', 8 * 32 * 6)],
      seed,
      watched: true,
    })
    for (let block = 0; block < 8; block++) {
      const [bx, by] = [block % 4, Math.floor(block / 4)]
      const rank = (bx % 2) + 2 * by
      for (let i = 0; i < 32; i++) {
        const from = (rank + 3) % 4
        expect([...y.slice((block * 32 + i) * 6, (block * 32 + i) * 6 + 6)], `block ${block}, thread ${i}`).toEqual([
          Math.fround(values[i]! + from),
          32,
          (rank + 1) % 4,
          4,
          2,
          Math.floor(bx / 2),
        ])
      }
    }
  })
})

import { device } from '@tilewright/devices'
import { all, best, count, violated } from '@tilewright/solver'
import { describe, expect, test } from 'vitest'
import { planOf, viewOf } from './kernel.ts'
import { elementCount } from './plan.ts'
import type { KernelId, Problem } from './problem.ts'
import { derive, spaceOf } from './space.ts'

const lstm: Problem = { cell: 'lstm', dtype: 'bf16', batch: 16, time: 1024, heads: 1, headDim: 768 }
const mingru: Problem = { cell: 'mingru', dtype: 'f32', batch: 3, time: 501, heads: 1, headDim: 96 }
const fused: KernelId = { kernel: 'recurrent-fused', pass: 'forward', target: 'cuda' }
const scan: KernelId = { kernel: 'scan', pass: 'forward', target: 'wgsl' }

describe('the fused kernel on an H100', () => {
  const h100 = device('h100-sxm')

  test('has configurations for head dim 768, none for 5000', () => {
    expect(count(spaceOf(fused, lstm, h100))).toBeGreaterThan(100n)
    expect(count(spaceOf(fused, { ...lstm, headDim: 5000 }, h100))).toBe(0n)
  })

  test('keeps all blocks of its best configuration resident, by the device and not by the rules', () => {
    const [first] = best(spaceOf(fused, lstm, h100), 1)
    const { dispatches } = planOf(fused, lstm, first!.configuration)
    const [x, y, z] = dispatches[0]!.grid
    expect(x * y * z).toBeLessThanOrEqual(132 * first!.configuration['BLOCKS_PER_SM']!)
    expect(dispatches[0]!.sharedBytes).toBeLessThanOrEqual(232448)
  })

  test('covers every unit, column and batch row in every configuration of odd sizes', () => {
    const odd: Problem = { cell: 'gru', dtype: 'f32', batch: 5, time: 3, heads: 3, headDim: 37 }
    const space = spaceOf(fused, odd, h100)
    const { names, columns, length } = all(space)
    expect(length).toBeGreaterThan(50)
    for (let row = 0; row < length; row += Math.ceil(length / 200)) {
      const config = Object.fromEntries(names.map((name, i) => [name, columns[i]![row]!]))
      expect(violated(space, config)).toEqual([])
      const wanted = ['OUT_BLOCKS', 'BLOCK_UNITS', 'K_PADDED', 'THREADS', 'THREAD_ELEMENTS', 'BLOCK_BATCH'] as const
      const d = derive(fused, odd, config, wanted)
      expect(d['OUT_BLOCKS']! * d['BLOCK_UNITS']!).toBeGreaterThanOrEqual(37)
      expect(d['K_PADDED']).toBeGreaterThanOrEqual(37)
      expect(d['THREADS']! * d['THREAD_ELEMENTS']!).toBeGreaterThanOrEqual(d['BLOCK_UNITS']! * d['BLOCK_BATCH']!)
      const { dispatches } = planOf(fused, odd, config)
      expect(dispatches.map(({ grid }) => grid[2]).reduce((a, b) => a + b)).toBe(3)
    }
  })

  test('gives buffers to exchange in only to blocks that exchange', () => {
    const config = (space: ReturnType<typeof spaceOf>) => best(space, 1)[0]!.configuration
    const small: Problem = { ...lstm, headDim: 16 }
    const single = { ...config(spaceOf(fused, small, h100)), ROW_TILES: 4, WARPS_ROWS: 1, WARPS_K: 1 }
    expect(planOf(fused, small, single).buffers.map(({ role }) => role)).not.toContain('zeroed')
    const several = planOf(fused, lstm, config(spaceOf(fused, lstm, h100)))
    expect(
      several.buffers
        .filter(({ role }) => role === 'zeroed')
        .map(elementCount)
        .every((n) => n > 0),
    ).toBe(true)
  })
})

test('the view of a template is what it asks for and what the family adds', () => {
  const config = { CHANNEL_LANES: 32, TIME_LANES: 1, ITEMS: 4, VECTOR: 1, PARTS: 1, SUBGROUPS: 0 }
  const view = viewOf(scan, mingru, config, ['THREADS', 'CHANNEL_LANES'])
  expect(view).toMatchObject({ THREADS: 32, CHANNEL_LANES: 32, IS_PARALLEL: false, CARRY_IN: 'h0' })
  expect(Object.keys(view)).not.toContain('CHUNKS')
})

test('the plan holds batch and time, in every public tensor', () => {
  const config = { CHANNEL_LANES: 32, TIME_LANES: 2, ITEMS: 4, VECTOR: 1, PARTS: 1, SUBGROUPS: 0 }
  const { buffers, dispatches } = planOf(scan, mingru, config)
  expect(buffers.map(({ name, shape }) => `${name} ${shape.join('x')}`)).toEqual([
    'gate 3x501x96',
    'hidden 3x501x96',
    'h0 3x96',
    'h 3x501x96',
    'lastState 3x96',
  ])
  expect(dispatches).toMatchObject([{ grid: [9, 1, 1], block: [64, 1, 1], scalars: [{ name: 'time', value: 501 }] }])
})

test('a scan in parts folds them first: what the fold reads and leaves comes first in both dispatches', () => {
  const config = { CHANNEL_LANES: 32, TIME_LANES: 2, ITEMS: 4, VECTOR: 1, PARTS: 4, LOOK_BACK: 0, PREFETCH: 0 }
  const { buffers, dispatches } = planOf({ ...scan, pass: 'backward', target: 'cuda' }, mingru, config)
  const [reduce, main] = dispatches
  expect(reduce!.buffers).toEqual(['gate', 'hidden', 'h', 'h0', 'dh', 'parts'])
  expect(main!.buffers).toEqual([...reduce!.buffers, 'dLastState', 'dgate', 'dhidden', 'dh0'])
  expect(buffers.find(({ name }) => name === 'parts')).toMatchObject({ role: 'scratch', shape: [3, 4, 2, 96] })
  expect(dispatches.map(({ grid }) => grid[0])).toEqual([36, 36])
})

test('a series of steps that is not whole vectors has no launch', () => {
  const config = { CHANNEL_LANES: 4, TIME_LANES: 8, ITEMS: 4, VECTOR: 4, PARTS: 1, SUBGROUPS: 0 }
  expect(() => planOf(scan, { ...mingru, layout: 'bdt' }, config)).toThrow('501 are not whole vectors')
})

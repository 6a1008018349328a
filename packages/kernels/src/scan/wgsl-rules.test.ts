import { device, type WebgpuDevice } from '@tilewright/devices'
import { best, count, explain, violated } from '@tilewright/solver'
import { expect, test } from 'vitest'
import { bytesOf } from '../dtype.ts'
import { planOf } from '../kernel.ts'
import { elementCount } from '../plan.ts'
import type { KernelId, Pass, Problem } from '../problem.ts'
import { derive, spaceOf } from '../space.ts'

const plain = device('webgpu-default') as WebgpuDevice
const mingru: Problem = { cell: 'mingru', dtype: 'f32', batch: 1, time: 4096, heads: 1, headDim: 256 }
const idOf = (pass: Pass): KernelId => ({ kernel: 'scan', pass, target: 'wgsl' })

test('a few rows share their time among threads, very few among workgroups', () => {
  const chosen = (batch: number, time: number, headDim: number): string => {
    const [first] = best(spaceOf(idOf('forward'), { ...mingru, batch, time, headDim }, plain), 1)
    const { TIME_LANES, PARTS } = first!.configuration
    return PARTS! > 1 ? 'parts' : TIME_LANES! > 1 ? 'block' : 'serial'
  }
  expect(chosen(64, 200, 2048)).toBe('serial')
  expect(chosen(1, 4096, 1024)).toBe('block')
  expect(chosen(1, 65_536, 8)).toBe('parts')
})

test('a backward pass fits the 8 buffers that every device has with packed inputs, or with checkpoints', () => {
  const space = spaceOf(idOf('backward'), mingru, plain)
  expect(count(space)).toBe(0n)
  expect(explain(space)).toMatchObject({ conflict: [{ rule: 'buffers of a stage' }] })
  for (const flag of [{ packed: ['hidden', 'gate'] }, { checkpoint: 4 }])
    expect(count(spaceOf(idOf('backward'), { ...mingru, ...flag }, plain))).toBeGreaterThan(100n)
})

test('the rules count the buffers that a plan binds', () => {
  const flags: readonly Partial<Problem>[] = [
    {},
    { packed: ['gate', 'hidden'] },
    { resets: true },
    { cuSeqlens: true, resets: true },
    { cell: 'sru' },
    { cell: 'rg-lru' },
    { checkpoint: 4 },
    { cell: 'sru', checkpoint: 2 },
    { checkpoint: 4, cuSeqlens: true },
  ]
  for (const pass of ['forward', 'backward'] as const)
    for (const flag of flags)
      for (const PARTS of [1, 4]) {
        const problem = { ...mingru, ...flag }
        const config = { CHANNEL_LANES: 32, TIME_LANES: 4, ITEMS: 4, VECTOR: 1, PARTS, SUBGROUPS: 0 }
        const bound = planOf(idOf(pass), problem, config).dispatches.at(-1)!.buffers.length
        const allowed = (buffers: number): boolean => {
          const limits = { ...plain.limits, maxStorageBuffersPerShaderStage: buffers }
          return !violated(spaceOf(idOf(pass), problem, { ...plain, limits }), config).includes('buffers of a stage')
        }
        expect([allowed(bound), allowed(bound - 1)], `${pass} ${JSON.stringify(flag)} PARTS=${PARTS}`).toEqual([
          true,
          false,
        ])
      }
})

test('the rules know the largest buffer that a plan binds', () => {
  const flags: readonly Partial<Problem>[] = [
    {},
    { cuSeqlens: true },
    { packed: ['gate', 'hidden'] },
    { checkpoint: 2, time: 31 },
    { checkpoint: 2, cuSeqlens: true, batch: 900 },
    { time: 1 },
    { time: 1, dtype: 'f32' },
    { resets: true, headDim: 1 },
    { cuSeqlens: true, headDim: 1, time: 1 },
  ]
  for (const pass of ['forward', 'backward'] as const)
    for (const flag of flags)
      for (const PARTS of [1, 4]) {
        const problem: Problem = { ...mingru, dtype: 'f16', batch: 3, ...flag }
        const config = { CHANNEL_LANES: 32, TIME_LANES: 4, ITEMS: 4, VECTOR: 1, PARTS, SUBGROUPS: 0 }
        const { buffers } = planOf(idOf(pass), problem, config)
        const largest = Math.max(...buffers.map((buffer) => elementCount(buffer) * bytesOf(buffer.dtype)))
        const { LARGEST_BYTES } = derive(idOf(pass), problem, config, ['LARGEST_BYTES'])
        expect(LARGEST_BYTES, `${pass} ${JSON.stringify(flag)} PARTS=${PARTS}`).toBe(largest)
      }
})

test('time lanes exchange by shuffles where the device has subgroups that hold two of them', () => {
  const apple = device('apple-m2') as WebgpuDevice
  const config = { CHANNEL_LANES: 16, TIME_LANES: 8, ITEMS: 4, VECTOR: 1, PARTS: 1, SUBGROUPS: 1 }
  const broken = (changes: Partial<typeof config>, on = apple, problem = mingru): readonly string[] =>
    violated(spaceOf(idOf('forward'), problem, on), { ...config, ...changes })
  expect(broken({})).toEqual([])
  expect(broken({}, { ...apple, features: [] })).toEqual(['shuffles need the feature subgroups'])
  expect(broken({ TIME_LANES: 1 })).toEqual(['a subgroup can hold two time lanes'])
  // Of 32 lanes, the next time lane is the 33rd; in a series it is the next one.
  expect(broken({ CHANNEL_LANES: 32 })).toEqual(['a subgroup can hold two time lanes'])
  expect(broken({ CHANNEL_LANES: 32 }, apple, { ...mingru, layout: 'bdt' })).toEqual([])
})

test('on a CPU, where barriers are dear, a thread walks time for a vector of channels, a step at a time', () => {
  for (const name of ['lavapipe', 'swiftshader'])
    for (const [batch, time, headDim] of [
      [8, 512, 256],
      [1, 4096, 64],
    ] as const) {
      const space = spaceOf(idOf('forward'), { ...mingru, batch, time, headDim }, device(name))
      const { TIME_LANES, PARTS, ITEMS } = best(space, 1)[0]!.configuration
      expect({ TIME_LANES, PARTS, ITEMS }, `${name} ${headDim}`).toEqual({ TIME_LANES: 1, PARTS: 1, ITEMS: 1 })
    }
})

test('on a CPU, too, one channel shares its time among threads', () => {
  const space = spaceOf(idOf('forward'), { ...mingru, time: 8192, headDim: 1 }, device('lavapipe'))
  expect(best(space, 1)[0]!.configuration['TIME_LANES']).toBeGreaterThan(1)
})

test('shuffles are chosen where subgroups hold enough time lanes', () => {
  const chosen = (subgroupMinSize: number): number => {
    const on = { ...(device('apple-m2') as WebgpuDevice), subgroupMinSize }
    return best(spaceOf(idOf('forward'), mingru, on), 1)[0]!.configuration['SUBGROUPS']!
  }
  expect([chosen(4), chosen(32)]).toEqual([0, 1])
})

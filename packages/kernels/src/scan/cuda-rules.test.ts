import { device } from '@tilewright/devices'
import { count, explain, violated } from '@tilewright/solver'
import { expect, test } from 'vitest'
import type { KernelId, Problem } from '../problem.ts'
import { spaceOf } from '../space.ts'

const id: KernelId = { kernel: 'scan', pass: 'forward', target: 'cuda' }
const mingru: Problem = { cell: 'mingru', dtype: 'f32', batch: 16, time: 1024, heads: 1, headDim: 256 }

test('before compute capability 8.0 there are kernels for f32 alone', () => {
  expect(count(spaceOf(id, mingru, device('t4')))).toBeGreaterThan(100n)
  for (const dtype of ['bf16', 'f16'] as const)
    expect(explain(spaceOf(id, { ...mingru, dtype }, device('t4')))).toMatchObject({
      conflict: [{ rule: '16-bit conversions need compute capability 8.0' }],
    })
})

test('a launch has no more blocks than a grid is wide', () => {
  const config = { CHANNEL_LANES: 1, TIME_LANES: 1, ITEMS: 1, VECTOR: 1, PARTS: 128, LOOK_BACK: 0, PREFETCH: 0 }
  const broken = (batch: number): readonly string[] =>
    violated(spaceOf(id, { ...mingru, batch, time: 128, headDim: 1 }, device('h100-sxm')), config)
  expect(broken(2 ** 24 - 1)).toEqual([])
  expect(broken(2 ** 24)).toEqual(['blocks of a launch'])
})

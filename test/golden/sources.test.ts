import { generate } from '@tilewright/codegen'
import type { Configuration, Target } from '@tilewright/kernels'
import { expect, test } from 'vitest'
import { kernelId, problemOf, type Case } from '../support/kernels.ts'

// A few kernels as a person reads them in review. After a change on purpose: npx vitest run -u golden/, and the commit
// says why.
const KERNELS: readonly { readonly problem: Case; readonly target: Target; readonly config: Configuration }[] = [
  {
    problem: { cell: 'lstm', dtype: 'bf16', batch: 16, time: 1024, heads: 1, headDim: 768 },
    target: 'cuda',
    config: {
      ROW_TILES: 2,
      WARPS_ROWS: 1,
      WARPS_K: 4,
      CACHED_K_TILES: 12,
      BATCH_TILES: 2,
      BATCH_BLOCKS: 1,
      HEADS_PER_LAUNCH: 1,
      BLOCKS_PER_SM: 1,
    },
  },
  {
    problem: { cell: 'gru', dtype: 'f32', batch: 4, time: 100, heads: 8, headDim: 32 },
    target: 'cuda',
    config: {
      ROW_TILES: 6,
      WARPS_ROWS: 2,
      WARPS_K: 1,
      CACHED_K_TILES: 1,
      BATCH_TILES: 1,
      BATCH_BLOCKS: 1,
      HEADS_PER_LAUNCH: 8,
      BLOCKS_PER_SM: 1,
    },
  },
  {
    problem: { cell: 'lstm', dtype: 'f32', batch: 4, time: 64, heads: 1, headDim: 64 },
    target: 'wgsl',
    config: { UNIT_LANES: 32, K_LANES: 4, BLOCK_BATCH: 2, VECTOR: 4 },
  },
  {
    problem: { cell: 'mingru', dtype: 'bf16', batch: 16, time: 1024, heads: 1, headDim: 768 },
    target: 'cuda',
    config: { CHANNEL_LANES: 16, TIME_LANES: 8, ITEMS: 8, VECTOR: 4, PARTS: 1, LOOK_BACK: 1, PREFETCH: 0 },
  },
  {
    problem: { cell: 'linear', dtype: 'f32', batch: 3, time: 501, heads: 1, headDim: 96 },
    target: 'wgsl',
    config: { CHANNEL_LANES: 32, TIME_LANES: 1, ITEMS: 4, VECTOR: 1, PARTS: 1, SUBGROUPS: 0 },
  },
  {
    problem: { cell: 'mingru', pass: 'backward', dtype: 'bf16', batch: 16, time: 1024, heads: 1, headDim: 768 },
    target: 'cuda',
    config: { CHANNEL_LANES: 32, TIME_LANES: 1, ITEMS: 4, VECTOR: 2, PARTS: 1, LOOK_BACK: 0, PREFETCH: 1 },
  },
  {
    problem: { cell: 'mingru', dtype: 'f32', layout: 'bdt', batch: 2, time: 4096, heads: 1, headDim: 64 },
    target: 'wgsl',
    config: { CHANNEL_LANES: 4, TIME_LANES: 32, ITEMS: 8, VECTOR: 4, PARTS: 1, SUBGROUPS: 0 },
  },
  {
    problem: {
      cell: 'minlstm',
      pass: 'backward',
      dtype: 'f32',
      packed: ['hidden', 'forget', 'input'],
      resets: true,
      batch: 1,
      time: 16384,
      heads: 1,
      headDim: 96,
    },
    target: 'wgsl',
    config: { CHANNEL_LANES: 16, TIME_LANES: 8, ITEMS: 4, VECTOR: 2, PARTS: 16, SUBGROUPS: 0 },
  },
  {
    problem: { cell: 'mingru', dtype: 'f16', batch: 2, time: 4096, heads: 1, headDim: 256 },
    target: 'wgsl',
    config: { CHANNEL_LANES: 4, TIME_LANES: 16, ITEMS: 4, VECTOR: 4, PARTS: 1, SUBGROUPS: 1 },
  },
  {
    problem: {
      cell: 'linear',
      pass: 'backward',
      dtype: 'f32',
      layout: 'bdt',
      checkpoint: 4,
      batch: 1,
      time: 16384,
      heads: 1,
      headDim: 16,
    },
    target: 'wgsl',
    config: { CHANNEL_LANES: 2, TIME_LANES: 32, ITEMS: 4, VECTOR: 4, PARTS: 16, SUBGROUPS: 1 },
  },
]

test.each(KERNELS)('$problem.cell $problem.dtype in $target reads as it did', async ({ problem, target, config }) => {
  const { source, entryPoint } = generate({ ...kernelId(problem, target), problem: problemOf(problem), config })
  await expect(source).toMatchFileSnapshot(`expected/${entryPoint}.${target === 'cuda' ? 'cu' : 'wgsl'}`)
})

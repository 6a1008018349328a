import { webgpuBackend } from '@tilewright/backend-webgpu'
import { nodeGpu } from '@tilewright/backend-webgpu/node'
import { problemText, type Problem } from '@tilewright/kernels'
import { verify, type Backend } from '@tilewright/tuner'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configurations, kernelId, oddProblems, SEED } from '../support/kernels.ts'

let backend: Backend

beforeAll(async () => {
  backend = await webgpuBackend(await nodeGpu(), { name: 'webgpu:0' })
})

afterAll(() => backend.close())

async function expectCorrect(problem: Problem, count: number): Promise<void> {
  for (const config of configurations(problem, backend.device, count)) {
    const { status, message } = await verify({ id: kernelId(problem, 'wgsl'), problem, backend, config, seed: SEED })
    expect(status, `${problemText(problem)} ${JSON.stringify(config)} seed ${SEED}: ${message}`).toBe('correct')
  }
}

test.each(oddProblems('f32'))('$cell, head dim $headDim agrees with the float64 reference', (problem) =>
  expectCorrect(problem, 1),
)

test('a scan over many chunks agrees with the float64 reference', () =>
  expectCorrect({ cell: 'mingru', dtype: 'f32', batch: 1, time: 4096, heads: 1, headDim: 12 }, 1))

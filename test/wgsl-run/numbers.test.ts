import { webgpuBackend } from '@tilewright/backend-webgpu'
import { nodeGpu } from '@tilewright/backend-webgpu/node'
import { problemText } from '@tilewright/kernels'
import { verify, type Backend } from '@tilewright/tuner'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configurations, kernelId, oddCases, problemOf, SEED, type Case } from '../support/kernels.ts'

let backend: Backend

beforeAll(async () => {
  backend = await webgpuBackend(await nodeGpu(), { name: 'webgpu:0' })
})

afterAll(() => backend.close())

async function expectCorrect(each: Case, count: number): Promise<void> {
  const problem = problemOf(each)
  for (const config of configurations(each, backend.device, count)) {
    const { status, message } = await verify({ id: kernelId(each, 'wgsl'), problem, backend, config, seed: SEED })
    expect(status, `${problemText(problem)} ${JSON.stringify(config)} seed ${SEED}: ${message}`).toBe('correct')
  }
}

test.each(oddCases('f32'))('$cell $pass, head dim $headDim agrees with the float64 reference', (problem) =>
  expectCorrect(problem, 1),
)

test.each(['forward', 'backward'] as const)('a scan %s over many chunks agrees with the float64 reference', (pass) =>
  expectCorrect({ cell: 'mingru', pass, dtype: 'f32', batch: 1, time: 4096, heads: 1, headDim: 12 }, 1),
)

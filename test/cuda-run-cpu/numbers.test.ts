import { cudaCpuBackend } from '@tilewright/backend-cuda'
import { problemText, type Problem } from '@tilewright/kernels'
import { verify } from '@tilewright/tuner'
import { expect, test } from 'vitest'
import { toolchain } from '../support/toolchain.ts'
import { configurations, kernelId, oddProblems, SEED } from '../support/kernels.ts'

async function expectCorrect(problem: Problem, count: number): Promise<void> {
  const backend = cudaCpuBackend({ toolchain: await toolchain() })
  for (const config of configurations(problem, backend.device, count)) {
    const { status, message } = await verify({ id: kernelId(problem, 'cuda'), problem, backend, config, seed: SEED })
    expect(status, `${problemText(problem)} ${JSON.stringify(config)} seed ${SEED}: ${message}`).toBe('correct')
  }
  await backend.close()
}

test.each([...oddProblems('f32'), ...oddProblems('bf16')])(
  '$cell $dtype, head dim $headDim: the PTX that nvcc made agrees with the float64 reference',
  (problem) => expectCorrect(problem, 1),
)

test('a head over many blocks, with passes over the batch, agrees with the float64 reference', () =>
  expectCorrect({ cell: 'lstm', dtype: 'bf16', batch: 40, time: 3, heads: 1, headDim: 256 }, 0))

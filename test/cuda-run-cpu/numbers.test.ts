import { cudaCpuBackend } from '@tilewright/backend-cuda'
import { problemText, sampleInputs, type Tensors } from '@tilewright/kernels'
import { verify } from '@tilewright/tuner'
import { expect, test } from 'vitest'
import { toolchain } from '../support/toolchain.ts'
import { configurations, kernelId, oddCases, problemOf, SEED, type Case } from '../support/kernels.ts'

// Without inputs of their own, problems are checked over a few steps.
async function expectCorrect(each: Case, count: number, inputs?: Tensors): Promise<void> {
  const backend = cudaCpuBackend({ toolchain: await toolchain() })
  const problem = problemOf(each)
  for (const config of configurations(each, backend.device, count)) {
    const { status, message } = await verify({
      id: kernelId(each, 'cuda'),
      problem,
      backend,
      config,
      seed: SEED,
      inputs,
    })
    expect(status, `${problemText(problem)} ${JSON.stringify(config)} seed ${SEED}: ${message}`).toBe('correct')
  }
  await backend.close()
}

// f16 differs from bf16 in its conversions and products alone.
const F16 = oddCases('f16').filter(({ cell }) => ['lstm', 'minlstm', 'rg-lru'].includes(cell))

test.each([...oddCases('f32'), ...oddCases('bf16'), ...F16])(
  '$cell $pass $dtype, head dim $headDim: the PTX that nvcc made agrees with the float64 reference',
  (problem) => expectCorrect(problem, 1),
)

test('a head over many blocks, with passes over the batch, agrees with the float64 reference', () =>
  expectCorrect({ cell: 'lstm', dtype: 'bf16', batch: 40, time: 3, heads: 1, headDim: 256 }, 0))

test.each(['forward', 'backward'] as const)(
  'a scan %s over many chunks, serial and over time lanes, agrees with the float64 reference',
  async (pass) => {
    const each: Case = { cell: 'mingru', pass, dtype: 'f32', batch: 2, time: 301, heads: 1, headDim: 12 }
    await expectCorrect(each, 5, sampleInputs(problemOf(each), pass, SEED))
  },
)

import type { Kernel } from '@tilewright/codegen'
import { cudaGpuBackend, findGpus } from '@tilewright/backend-cuda'
import { problemText, type Plan } from '@tilewright/kernels'
import { verify, type Backend, type Loaded } from '@tilewright/tuner'
import { afterAll, describe, expect, test } from 'vitest'
import { configurations, kernelId, oddCases, problemOf, rendered, SEED, type Case } from '../support/kernels.ts'
import { toolchain } from '../support/toolchain.ts'

const found = await findGpus()
test('an NVIDIA GPU is here, or the log says what is missing', () => {
  if (found.status === 'missing') console.warn(`tests on an NVIDIA GPU are left out: ${found.message}`)
  expect(found.status === 'found' ? found.gpus.length : 1).toBeGreaterThan(0)
})

describe.runIf(found.status === 'found')('cuda:0', async () => {
  if (found.status === 'missing') return
  const backend: Backend = cudaGpuBackend(found.gpus[0]!, { toolchain: await toolchain(), runTimeoutMs: 20_000 })
  afterAll(() => backend.close())

  const LSTM: Case = { cell: 'lstm', dtype: 'bf16', batch: 16, time: 64, heads: 1, headDim: 256 }
  const x = new Float32Array(1)

  test.each<Case>([...oddCases('f32'), ...oddCases('bf16'), LSTM])(
    '$cell $pass $dtype, head dim $headDim: agrees with the float64 reference',
    async (each) => {
      const problem = problemOf(each)
      for (const config of configurations(each, backend.device, 2)) {
        const { status, message } = await verify({
          id: kernelId(each, 'cuda'),
          problem,
          backend,
          config,
          seed: SEED,
        })
        expect(status, `${problemText(problem)} ${JSON.stringify(config)} seed ${SEED}: ${message}`).toBe('correct')
      }
    },
  )

  async function load(kernel: Kernel): Promise<Loaded> {
    const loaded = await backend.load(kernel)
    if (loaded.status !== 'loaded') throw new Error(loaded.message)
    return loaded
  }

  test('durations are positive, as many as asked for', async () => {
    const [config] = configurations(LSTM, backend.device, 0)
    const kernel = rendered(LSTM, backend.device, config!)
    const inputs = Object.fromEntries(
      kernel.plan.buffers.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]),
    )
    const loaded = await load(kernel)
    const timing = await loaded.time!(kernel.plan, inputs, { warmupMs: 5, measureMs: 5, leastRuns: 20 })
    if (timing.status !== 'timed') throw new Error(timing.message)
    expect(timing.durationsNs.length).toBeGreaterThanOrEqual(20)
    for (const ns of timing.durationsNs) expect(ns).toBeGreaterThan(0)
  })

  const plan = (entryPoint: string, sharedBytes: number = 0): Plan => ({
    buffers: [
      { name: 'x', role: 'input', dtype: 'f32', shape: [1] },
      { name: 'y', role: 'output', dtype: 'f32', shape: [1] },
    ],
    dispatches: [
      {
        entryPoint,
        grid: [1, 1, 1],
        block: [1, 1, 1],
        sharedBytes,
        cooperative: false,
        buffers: ['x', 'y'],
        scalars: [],
      },
    ],
  })
  const kernelOf = (entryPoint: string, body: string): Kernel => ({
    kernel: 'scan',
    pass: 'forward',
    target: 'cuda',
    problem: LSTM,
    config: {},
    entryPoint,
    source: `extern "C" __global__ void ${entryPoint}(const float* x, volatile float* y) { ${body} }`,
    plan: plan(entryPoint),
    sha256: '',
  })

  test.each([
    ['an illegal access', 'y[1ull << 40] = 1;', 'driver', /^CUDA_ERROR_ILLEGAL_ADDRESS \(700\): .*launch of bad$/],
    ['a kernel without an end', 'do y[0] = 1; while (x[0] == 0);', 'hang', /^bad: no end after 20 s$/],
  ])('%s costs one trial', async (_name, body, reason, message) => {
    const good = await load(kernelOf('good', 'y[0] = x[0] + 1;'))
    const bad = await load(kernelOf('bad', body))
    expect(await bad.run(plan('bad'), { x })).toMatchObject({
      reason,
      message: expect.stringMatching(message) as string,
    })
    expect(await good.run(plan('good'), { x })).toEqual({ status: 'ran', outputs: { y: Float32Array.of(1) } })
  })

  test('all the shared memory that the device offers can be used, and not more', async () => {
    const source = 'extern __shared__ volatile float s[]; s[0] = x[0] + 1; y[0] = s[0];'
    const loaded = await load(kernelOf('shared', source))
    if (backend.device.api !== 'cuda') throw new Error('cuda:0 is no CUDA device')
    const most = backend.device.capability.sharedMemPerBlockOptin
    expect(await loaded.run(plan('shared', most), { x })).toMatchObject({ status: 'ran' })
    expect(await loaded.run(plan('shared', most + 4), { x })).toMatchObject({ status: 'runtime', reason: 'driver' })
  })
})

import { readFile } from 'node:fs/promises'
import type { Kernel } from '@tilewright/codegen'
import { device } from '@tilewright/devices'
import type { CudaDevice } from '@tilewright/devices'
import { describe, expect, test } from 'vitest'
import { found, missing, numbers, planOf } from '../test-kernels/harness.ts'
import { cudaBackend, cudaCpuBackend } from './backend.ts'
import { compile, virtualArchitecture } from './compile.ts'
import { findToolchain } from './toolchain.ts'

test('one PTX serves all GPUs from compute 8.0, unless the source asks', () => {
  expect(virtualArchitecture('', 'sm_90')).toBe('compute_80')
  expect(virtualArchitecture('', 'sm_120')).toBe('compute_80')
  expect(virtualArchitecture('', 'sm_75')).toBe('compute_75')
  expect(virtualArchitecture('', 'sm_90a')).toBe('compute_90a')
  expect(virtualArchitecture('#if __CUDA_ARCH__ >= 900', 'sm_90')).toBe('compute_90')
})

test('a missing program is named, with what works without it', async () => {
  expect(await findToolchain({ nvcc: '/nowhere/nvcc', nvrtc: '/nowhere/libnvrtc.so' })).toEqual({
    status: 'missing',
    program: '/nowhere/nvcc',
    message:
      '/nowhere/nvcc: no such program, or it does not answer to --version: nothing of CUDA compiles here; rules, cost model and sources work without it; install it, put it on the PATH, or name the library of NVRTC in TILEWRIGHT_NVRTC',
  })
})

describe.runIf(missing === undefined)('backends', { timeout: 120_000 }, () => {
  const toolchain = found as Extract<typeof found, { status: 'found' }>
  const h100 = device('h100-sxm') as CudaDevice
  const x = numbers(1000, 1)
  const launch = {
    file: 'reduce.cu',
    kernel: 'block_sum',
    grid: 4,
    block: 256,
    inputs: { x: { values: x } },
    outputs: [{ name: 'sums', dtype: 'f32', shape: [4] }],
    scalars: [1000],
  } as const
  const kernelOf = async (source?: string): Promise<Kernel> => ({
    kernel: 'scan',
    pass: 'forward',
    target: 'cuda',
    problem: { cell: 'linear', dtype: 'f32', batch: 1, time: 1, heads: 1, headDim: 1 },
    config: {},
    entryPoint: 'block_sum',
    source: source ?? (await readFile(new URL('../test-kernels/reduce.cu', import.meta.url), 'utf8')),
    plan: planOf(launch),
    sha256: '',
  })

  test('a GPU that is not here compiles for its architecture and runs on the CPU', async () => {
    const backend = cudaBackend(h100, { toolchain, seed: 1 })
    const loaded = await backend.load(await kernelOf())
    expect(loaded).toMatchObject({
      status: 'loaded',
      report: { architecture: 'sm_90', spillBytes: 0, sharedBytes: 1024 },
    })
    if (loaded.status !== 'loaded') return
    const ran = await loaded.run(planOf(launch), { x })
    expect(ran.status === 'ran' && ran.outputs['sums']![0]).toBeCloseTo(
      x.slice(0, 256).reduce((sum, value) => sum + value, 0),
      4,
    )
    expect(loaded.time).toBeUndefined()
  })

  test('cuda-cpu is a device of compute 8.0', async () => {
    const backend = cudaCpuBackend({ toolchain })
    expect(backend).toMatchObject({
      name: 'cuda-cpu',
      target: 'cuda',
      evidence: 'compiled',
      device: { name: 'cuda-cpu', architecture: 'sm_80' },
    })
    expect(await backend.load(await kernelOf())).toMatchObject({ status: 'loaded', report: { architecture: 'sm_80' } })
  })

  test('a launch that the GPU would refuse is refused', async () => {
    const loaded = await cudaBackend(h100, { toolchain }).load(await kernelOf())
    if (loaded.status !== 'loaded') throw new Error(loaded.message)
    const plan = planOf({ ...launch, sharedBytes: 232_000 })
    expect(await loaded.run(plan, { x })).toMatchObject({ status: 'runtime', reason: 'launch' })
    expect(await loaded.run(planOf({ ...launch, grid: 2000, cooperative: true }), { x })).toEqual({
      status: 'runtime',
      reason: 'launch',
      message: 'block_sum: a cooperative launch of 2000 blocks; h100-sxm holds 1056 at once',
    })
  })

  test('without a C++ compiler a kernel is still compiled', async () => {
    const { cxx } = (await findToolchain({ cxx: '/nowhere/g++' })) as typeof toolchain
    const loaded = await cudaBackend(h100, { toolchain: { ...toolchain, cxx } }).load(await kernelOf())
    expect(loaded).toMatchObject({ status: 'loaded', report: { architecture: 'sm_90' } })
    expect(loaded.status === 'loaded' && (await loaded.run(planOf(launch), { x }))).toMatchObject({
      status: 'runtime',
      reason: 'no-compiler',
    })
  })

  test('what the compiler says is quoted', async () => {
    const backend = cudaCpuBackend({ toolchain })
    expect(await backend.load(await kernelOf('__global__ void k() { undeclared = 1; }'))).toEqual({
      status: 'compile',
      reason: 'nvcc',
      message: expect.stringContaining('block_sum.cu(1): error: identifier "undeclared" is undefined') as string,
    })
    expect(await backend.load(await kernelOf('extern "C" __global__ void other() {}'))).toEqual({
      status: 'compile',
      reason: 'entry-point',
      message: 'block_sum: the source has no kernel of that name; it has other',
    })
  })

  test('a cap on registers overrides launch bounds, and makes spills', async () => {
    const source = `extern "C" __global__ void __launch_bounds__(64) wide(const float* x, float* y) {
      float v[96];
      for (int i = 0; i < 96; i++) v[i] = x[i * 64 + threadIdx.x];
      __syncthreads();
      for (int i = 0; i < 96; i++) y[i * 64 + threadIdx.x] = v[i] * v[95 - i];
    }`.replaceAll('for (int', '_Pragma("unroll") for (int')
    const [free, capped] = await Promise.all([
      compile(source, { toolchain, architecture: 'sm_90' }),
      compile(source, { toolchain, architecture: 'sm_90', maxRegisters: 40 }),
    ])
    expect(free).toMatchObject({ status: 'compiled', warnings: '', reports: { wide: { spillBytes: 0 } } })
    expect(capped).toMatchObject({ status: 'compiled', reports: { wide: { registers: 40 } } })
    expect(capped.status === 'compiled' && capped.reports['wide']!.spillBytes).toBeGreaterThan(0)
  })
})

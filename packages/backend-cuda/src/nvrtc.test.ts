import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from '@tilewright/codegen'
import type { Kernel } from '@tilewright/codegen'
import { device } from '@tilewright/devices'
import type { CudaDevice } from '@tilewright/devices'
import type { Configuration, KernelId, Problem } from '@tilewright/kernels'
import { verify } from '@tilewright/tuner'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { found } from '../test-kernels/harness.ts'
import { cudaBackend, cudaCpuBackend } from './backend.ts'
import { compile, compileVariants } from './compile.ts'
import { findNvrtc } from './nvrtc.ts'
import { countsOf, loopsAt, timeLoopLine } from './ptx/counts.ts'
import { compilerVersions, findToolchain } from './toolchain.ts'
import type { NvrtcToolchain } from './toolchain.ts'

const nvrtc = await findNvrtc()

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tilewright-nvrtc-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('a missing library is named, with what works without it', async () => {
  expect(await findNvrtc('/nowhere/libnvrtc.so.13')).toEqual({
    status: 'missing',
    program: '/nowhere/libnvrtc.so.13',
    message:
      '/nowhere/libnvrtc.so.13: the library of NVRTC does not load here: without nvcc nothing of CUDA compiles; name it in TILEWRIGHT_NVRTC, as pip installs it in nvidia/*/lib',
  })
})

test('a library that is no NVRTC is not taken for one', async () => {
  await writeFile(join(folder, 'libnvrtc.so'), 'no library')
  expect(await findNvrtc(join(folder, 'libnvrtc.so'))).toMatchObject({ status: 'missing' })
  expect(await findNvrtc('libc.so.6')).toMatchObject({ status: 'missing', program: 'libc.so.6' })
})

test('a library that is gone by the time it compiles is a failure', async () => {
  const gone = { status: 'found', path: '/nowhere/libnvrtc.so.13', version: '13.0' } as const
  const { cxx } = found as NvrtcToolchain
  const toolchain = { status: 'found', compiler: 'nvrtc', nvrtc: gone, cxx } as const
  expect(await compile('', { toolchain, architecture: 'sm_90', cacheFolder: folder })).toMatchObject({
    status: 'compile',
    reason: 'nvrtc',
    message: expect.stringContaining('/nowhere/libnvrtc.so.13') as string,
  })
})

const LSTM: Problem = { cell: 'lstm', dtype: 'bf16', batch: 16, time: 5, heads: 1, headDim: 256 }
const FUSED: KernelId = { kernel: 'recurrent-fused', pass: 'forward', target: 'cuda' }
const CONFIG: Configuration = {
  ...{ ROW_TILES: 8, WARPS_ROWS: 4, WARPS_K: 2, CACHED_K_TILES: 8 },
  ...{ BATCH_TILES: 2, BATCH_BLOCKS: 1, HEADS_PER_LAUNCH: 1, BLOCKS_PER_SM: 1 },
}
const kernel: Kernel = generate({ ...FUSED, problem: LSTM, config: CONFIG })

describe.runIf(nvrtc.status === 'found')('NVRTC', { timeout: 120_000 }, () => {
  const { cxx } = found as NvrtcToolchain
  const toolchain = { status: 'found', compiler: 'nvrtc', nvrtc, cxx } as NvrtcToolchain

  test('stands in for an nvcc that is missing', async () => {
    const instead = await findToolchain({ nvcc: '/nowhere/nvcc' })
    expect(instead).toMatchObject({ status: 'found', compiler: 'nvrtc' })
    expect(instead.status === 'found' && compilerVersions(instead)).toEqual({
      nvrtc: expect.stringMatching(/^\d+\.\d+$/) as string,
    })
  })

  test('gives PTX with lines of the source, a cubin, and what its ptxas reports', async () => {
    const { source, entryPoint } = kernel
    const options = { toolchain, name: entryPoint, cacheFolder: folder }
    const [own, capped] = await compileVariants(
      source,
      [{ architecture: 'sm_90' }, { architecture: 'sm_90', maxRegisters: 64 }],
      options,
    )
    expect(own).toMatchObject({ status: 'compiled', warnings: '', virtualArchitecture: 'compute_90' })
    if (own?.status !== 'compiled' || capped?.status !== 'compiled') return
    expect(own.reports[entryPoint]).toMatchObject({ architecture: 'sm_90', spillBytes: 0, sharedBytes: 0, barriers: 1 })
    expect((await readFile(own.cubin)).subarray(1, 4).toString()).toBe('ELF')
    expect(capped.warnings).toBe('')
    expect(capped.reports[entryPoint]!.registers).toBeLessThanOrEqual(64)
    const [step, ...others] = loopsAt(countsOf(own.ptx)[entryPoint]!, timeLoopLine(source, entryPoint)!)
    expect(others).toEqual([])
    // 2 row tiles of a warp, 8 column tiles, 2 batch tiles.
    expect(step!.counts[0]).toMatchObject({ kind: 'matrix', shape: 'm16n8k16', count: 32 })
  })

  test.runIf(found.status === 'found' && found.compiler === 'nvcc')(
    'uses about the registers that ptxas of the toolkit does',
    async () => {
      const { source, entryPoint } = kernel
      const options = { architecture: 'sm_90', name: entryPoint, cacheFolder: folder }
      const [ours, theirs] = await Promise.all([
        compile(source, { ...options, toolchain }),
        compile(source, { ...options, toolchain: found as NvrtcToolchain }),
      ])
      if (ours.status !== 'compiled' || theirs.status !== 'compiled') throw new Error('one of them does not compile')
      // The version of the library need not be that of the toolkit, and registers are handed out in units of 8.
      const difference = ours.reports[entryPoint]!.registers - theirs.reports[entryPoint]!.registers
      expect(Math.abs(difference)).toBeLessThanOrEqual(8)
    },
  )

  test('quotes what is wrong with a source, by its line, with and without a cap', async () => {
    const source = '\n__global__ void k(float* x) { x[0] = y; }'
    for (const variant of [{}, { maxRegisters: 32 }])
      expect(await compile(source, { toolchain, architecture: 'sm_90', name: 'own', ...variant })).toMatchObject({
        status: 'compile',
        reason: 'nvrtc',
        message: expect.stringMatching(/^own\.cu\(2\): error: identifier "y" is undefined/) as string,
      })
  })

  test('says what it warns of', async () => {
    const source = 'extern "C" __global__ void k(float* x) { int unused; x[0] = 1; }'
    expect(await compile(source, { toolchain, architecture: 'sm_90' })).toMatchObject({
      status: 'compiled',
      warnings: expect.stringMatching(/^kernel\.cu\(1\): warning #177-D: variable "unused"/) as string,
    })
  })

  test('that does not end is a timeout', async () => {
    expect(
      await compile(kernel.source, {
        toolchain,
        architecture: 'sm_90',
        cacheFolder: folder,
        timeoutMs: 50,
        name: 'slow',
      }),
    ).toMatchObject({ status: 'timeout', reason: 'nvrtc', message: 'NVRTC for slow.cu: no end after 50 ms' })
  })

  test('compiles for a GPU that is not here', async () => {
    const backend = cudaBackend(device('h100-sxm') as CudaDevice, { toolchain })
    expect(await backend.load(kernel)).toMatchObject({ status: 'loaded', report: { architecture: 'sm_90' } })
  })

  const scan: Problem = { cell: 'mingru', dtype: 'f32', batch: 3, time: 33, heads: 1, headDim: 40 }
  test.runIf(cxx.status === 'found').each([
    { id: FUSED, problem: LSTM, config: CONFIG },
    {
      id: { ...FUSED, kernel: 'scan' } as const,
      problem: scan,
      config: { CHANNEL_LANES: 16, TIME_LANES: 4, ITEMS: 2, VECTOR: 4, PARTS: 1, LOOK_BACK: 0, PREFETCH: 0 },
    },
  ])('$problem.cell: its PTX computes the right numbers on the CPU', async ({ id, problem, config }) => {
    const backend = cudaCpuBackend({ toolchain })
    expect(await verify({ id, problem, backend, config, seed: 1 })).toMatchObject({ status: 'correct' })
  })
})

import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kernel } from '@tilewright/codegen'
import { roundTo } from '@tilewright/kernels'
import type { Plan } from '@tilewright/kernels'
import type { Backend, Failure, Loaded } from '@tilewright/tuner'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { buildStandIn, PTXAS } from '../../standin/standin.ts'
import { missing, numbers, planOf } from '../../test-kernels/harness.ts'
import { findToolchain } from '../toolchain.ts'
import type { Toolchain } from '../toolchain.ts'
import { cudaGpuBackend } from './backend.ts'
import { findGpus } from './gpus.ts'

test('the process that holds a GPU is built', () => {
  expect(existsSync(new URL('../../dist/gpu/child.js', import.meta.url)), 'npm run build makes it').toBe(true)
})

describe('a driver that is missing', () => {
  afterEach(() => {
    delete process.env['TILEWRIGHT_LIBCUDA']
  })

  test('is named by its library, with what works without it', async () => {
    process.env['TILEWRIGHT_LIBCUDA'] = 'libcuda-of-nobody.so.1'
    expect(await findGpus()).toEqual({
      status: 'missing',
      program: 'libcuda-of-nobody.so.1',
      message: expect.stringMatching(
        /^libcuda-of-nobody\.so\.1: the library of the NVIDIA driver does not load here \(.+\): CUDA compiles and runs on the CPU, but not on a GPU; install the driver, or name its library in TILEWRIGHT_LIBCUDA$/,
      ) as string,
    })
  })

  test('and a library that is another one is said to lack what is needed', async () => {
    process.env['TILEWRIGHT_LIBCUDA'] = 'libc.so.6'
    expect(await findGpus()).toMatchObject({
      status: 'missing',
      message: expect.stringMatching(
        /^libc\.so\.6: not all .+cuGetErrorName.+ install a newer NVIDIA driver$/,
      ) as string,
    })
  })
})

const D = 256
const STEPS = 4

// The host side runs as it does on a GPU; the library that it calls runs kernels on the CPU.
describe.runIf(missing === undefined)('through a stand-in for the driver', { timeout: 120_000 }, () => {
  const x = numbers(1000, 1)
  const blockSum = planOf({
    file: 'reduce.cu',
    kernel: 'block_sum',
    grid: 4,
    block: 256,
    inputs: { x: { values: x } },
    outputs: [{ name: 'sums', dtype: 'f32', shape: [4] }],
    scalars: [1000],
  })
  const R = roundTo('bf16', numbers(D * D, 4, -0.1, 0.1))
  const h0 = roundTo('bf16', numbers(8 * D, 5))
  const recurrence = { R, h0 }
  const persistent = planOf({
    file: 'persistent.cu',
    kernel: 'persistent',
    grid: 16,
    block: 128,
    sharedBytes: 4 * 16 * 8 * 4,
    cooperative: true,
    inputs: { R: { values: R, dtype: 'bf16' }, h0: { values: h0, dtype: 'bf16' } },
    outputs: [{ name: 'states', dtype: 'bf16', shape: [STEPS, 8, D] }],
    scratch: [{ name: 'arrivals', role: 'zeroed', dtype: 'u32', shape: [1] }],
    scalars: [STEPS],
  })

  let folder: string
  let toolchain: Toolchain
  let backend: Backend | undefined
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tilewright-gpu-'))
    toolchain = (await findToolchain({ ptxas: PTXAS })) as Toolchain
    if (toolchain.cxx.status === 'found') process.env['TILEWRIGHT_LIBCUDA'] = await buildStandIn(toolchain.cxx)
  })
  afterEach(async () => {
    await backend?.close()
    await rm(logFile(), { force: true })
    delete process.env['TILEWRIGHT_STANDIN']
  })
  afterAll(async () => {
    delete process.env['TILEWRIGHT_LIBCUDA']
    await rm(folder, { recursive: true })
  })

  const logFile = (): string => join(folder, 'log')
  const log = async (): Promise<readonly string[]> => (await readFile(logFile(), 'utf8')).trim().split('\n')

  /** A backend on the stand-in, told to behave as `options` say. */
  async function open(options: string = '', runTimeoutMs: number = 30_000): Promise<Backend> {
    process.env['TILEWRIGHT_STANDIN'] = `log=${logFile()} ${options}`
    const gpus = await findGpus()
    if (gpus.status === 'missing') throw new Error(gpus.message)
    backend = cudaGpuBackend(gpus.gpus[0]!, { toolchain, runTimeoutMs })
    return backend
  }

  async function kernelOf(file: string, plan: Plan): Promise<Kernel> {
    return {
      kernel: 'scan',
      pass: 'forward',
      target: 'cuda',
      problem: { cell: 'linear', dtype: 'f32', batch: 1, time: 1, heads: 1, headDim: 1 },
      config: {},
      entryPoint: plan.dispatches[0]!.entryPoint,
      source: await readFile(new URL(`../../test-kernels/${file}`, import.meta.url), 'utf8'),
      plan,
      sha256: '',
    }
  }

  async function load(on: Backend, file: string, plan: Plan): Promise<Loaded> {
    const loaded = await on.load(await kernelOf(file, plan))
    if (loaded.status !== 'loaded') throw new Error(loaded.message)
    return loaded
  }

  async function expectSums(loaded: Loaded): Promise<void> {
    const ran = await loaded.run(blockSum, { x })
    if (ran.status !== 'ran') throw new Error(ran.message)
    // Four sums of 256 terms below 1: what float32 may lose is far below the sum of any two terms left out.
    for (let b = 0; b < 4; b++)
      expect(ran.outputs['sums']![b]).toBeCloseTo(
        x.slice(b * 256, b * 256 + 256).reduce((sum, value) => sum + value, 0),
        4,
      )
  }

  test('GPUs are found with their limits, and the driver that has them', async () => {
    process.env['TILEWRIGHT_STANDIN'] = 'gpus=2'
    const gpus = await findGpus()
    if (gpus.status === 'missing') throw new Error(gpus.message)
    expect(gpus.gpus.map(({ name, uuid }) => [name, uuid])).toEqual([
      ['cuda:0', 'GPU-00102030-4050-6070-8090-a0b0c0d0e0f0'],
      ['cuda:1', 'GPU-01112131-4151-6171-8191-a1b1c1d1e1f1'],
    ])
    expect(gpus.gpus[0]).toMatchObject({
      index: 0,
      driver: expect.stringMatching(/^CUDA 13\.0/) as string,
      device: { title: 'Stand-in (software)', architecture: 'sm_90', smCount: 8, memoryBytes: 80 * 2 ** 30 },
    })
  })

  test('a driver without a GPU is quoted, name and number', async () => {
    process.env['TILEWRIGHT_STANDIN'] = 'init=100'
    const gpus = await findGpus()
    expect(gpus).toMatchObject({
      status: 'missing',
      message: expect.stringContaining(
        'libcuda.so.1: the NVIDIA driver gives no GPU: CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected; cuInit',
      ) as string,
    })
    process.env['TILEWRIGHT_STANDIN'] = 'gpus=0'
    expect(await findGpus()).toMatchObject({ message: expect.stringContaining('it counts none') as string })
  })

  test('a kernel is loaded, and computes what it should', async () => {
    const loaded = await load(await open(), 'reduce.cu', blockSum)
    expect(loaded.report).toMatchObject({ architecture: 'sm_90', sharedBytes: 1024 })
    await expectSums(loaded)
    await expectSums(loaded)
    loaded.release()
    await backend!.close()
    const lines = await log()
    expect(lines.filter((line) => line === 'free')).toHaveLength(4)
    // Outputs are poisoned before each run.
    expect(lines.filter((line) => line === 'fill 255 16')).toHaveLength(2)
  })

  test('a cooperative launch with dynamic shared memory agrees with float64', async () => {
    const loaded = await load(await open(), 'persistent.cu', persistent)
    const ran = await loaded.run(persistent, recurrence)
    if (ran.status !== 'ran') throw new Error(ran.message)
    const states = ran.outputs['states']!
    for (let t = 0; t < STEPS; t++)
      for (let b = 0; b < 8; b++) {
        const h =
          t === 0 ? h0.subarray(b * D, b * D + D) : states.subarray(((t - 1) * 8 + b) * D, ((t - 1) * 8 + b + 1) * D)
        for (let row = 0; row < D; row++) {
          const sum = h.reduce((all, value, k) => all + R[row * D + k]! * value, h[row]! / 2)
          // Half a unit in the last place of bf16, and a little for the order of the sums.
          const error = Math.abs(states[(t * 8 + b) * D + row]! - sum) / Math.max(1, Math.abs(sum))
          if (!(error < 2 ** -8)) throw new Error(`t=${t} b=${b} row=${row} is off by ${error}`)
        }
      }
    const lines = await log()
    expect(lines).toContain('attribute 8 2048 persistent')
    expect(lines).toContain('launch persistent 16 2048 cooperative')
    // The barrier of the kernel counts in scratch.
    expect(lines.indexOf('fill 0 4')).toBeLessThan(lines.indexOf('launch persistent 16 2048 cooperative'))
  })

  test('more shared memory than 48 KiB is asked for before it is used', async () => {
    const loaded = await load(await open(), 'reduce.cu', blockSum)
    const large = { ...blockSum, dispatches: blockSum.dispatches.map((d) => ({ ...d, sharedBytes: 100_000 })) }
    expect(await loaded.run(large, { x })).toMatchObject({ status: 'ran' })
    expect(await log()).toContain('attribute 8 100000 block_sum')
    const tooLarge = { ...blockSum, dispatches: blockSum.dispatches.map((d) => ({ ...d, sharedBytes: 240_000 })) }
    expect(await loaded.run(tooLarge, { x })).toEqual({
      status: 'runtime',
      reason: 'driver',
      message: 'CUDA_ERROR_INVALID_VALUE (1): invalid argument; cuFuncSetAttribute',
    })
    await expectSums(loaded)
  })

  test('dispatches run in order, each seeing what the ones before it wrote', async () => {
    const loaded = await load(await open(), 'reduce.cu', blockSum)
    const sums = { name: 'sums', role: 'zeroed', dtype: 'f32', shape: [4] } as const
    const total = { name: 'total', role: 'output', dtype: 'f32', shape: [1] } as const
    const [first] = blockSum.dispatches
    const plan: Plan = {
      buffers: [blockSum.buffers[0]!, sums, total],
      dispatches: [
        first!,
        { ...first!, grid: [1, 1, 1], buffers: ['sums', 'total'], scalars: [{ name: 'n', value: 4 }] },
      ],
    }
    const ran = await loaded.run(plan, { x })
    const sum = x.reduce((all, value) => all + value, 0)
    expect(ran.status === 'ran' && ran.outputs['total']![0]).toBeCloseTo(sum, 3)
  })

  test('durations are those of single executions, with the zeroing that each wants', async () => {
    const loaded = await load(await open(), 'persistent.cu', persistent)
    const timing = await loaded.time!(persistent, recurrence, { warmupMs: 1, measureMs: 1, leastRuns: 21 })
    if (timing.status !== 'timed') throw new Error(timing.message)
    expect(timing).toMatchObject({ clock: 'cuda-event', cut: false })
    expect(timing.durationsNs.length).toBeGreaterThanOrEqual(21)
    for (const ns of timing.durationsNs) expect(ns).toBeGreaterThan(0)
    const lines = await log()
    const timed = lines.join(' ').match(/record fill 0 4 launch persistent 16 2048 cooperative record/g)
    expect(timed).toHaveLength(timing.durationsNs.length)
  })

  test('inputs are sent once for everything that is timed on them; a run has its own', async () => {
    const on = await open()
    const [loaded, other] = [await load(on, 'reduce.cu', blockSum), await load(on, 'reduce.cu', blockSum)]
    const protocol = { warmupMs: 0, measureMs: 0, leastRuns: 1 }
    const inputs = { x }
    const changes = async (): Promise<readonly number[]> => {
      const lines = await log()
      return ['allocate', 'free'].map((name) => lines.filter((line) => line === name).length)
    }
    await loaded.time!(blockSum, inputs, protocol)
    await loaded.time!(blockSum, inputs, protocol)
    expect(await changes()).toEqual([2, 0])
    await other.time!(blockSum, inputs, protocol)
    expect(await changes()).toEqual([3, 0])
    await expectSums(loaded) // its outputs that were timed go, and those of the run with its inputs
    expect(await changes()).toEqual([5, 3])
    await loaded.time!(blockSum, inputs, protocol)
    expect(await changes()).toEqual([6, 3])
    await loaded.time!(blockSum, { x }, protocol) // the inputs before are still the other's
    expect(await changes()).toEqual([8, 4])
    other.release()
    await loaded.time!(blockSum, { x: inputs.x }, protocol)
    expect(await changes()).toEqual([10, 8])
  })

  test('timing is cut after three runs that are too slow', async () => {
    const loaded = await load(await open(), 'reduce.cu', blockSum)
    const protocol = { warmupMs: 0, measureMs: 100, leastRuns: 20 }
    expect(await loaded.time!(blockSum, { x }, { ...protocol, cutNs: 0 })).toMatchObject({
      cut: true,
      durationsNs: expect.objectContaining({ length: 3 }) as number[],
    })
    expect(await loaded.time!(blockSum, { x }, { ...protocol, cutNs: 1e12 })).toMatchObject({ cut: false })
  })

  // A kernel that fails, loaded beside one that does not.
  async function expectOneTrial(options: string, failure: Failure, runTimeoutMs?: number): Promise<void> {
    const on = await open(options, runTimeoutMs)
    const good = await load(on, 'reduce.cu', blockSum)
    const bad = await load(on, 'persistent.cu', persistent)
    await expectSums(good)
    expect(await bad.run(persistent, recurrence)).toEqual(failure)
    await expectSums(good)
    // Launches that are timed are not waited for one by one, so an error of the GPU does not name the launch there.
    const { status, reason } = failure
    const protocol = { warmupMs: 0, measureMs: 0, leastRuns: 1 }
    expect(await bad.time!(persistent, recurrence, protocol)).toMatchObject({ status, reason })
    await expectSums(await load(on, 'reduce.cu', blockSum))
    bad.release()
    await expectSums(good)
    expect((await log()).filter((line) => line === 'context')).toHaveLength(3)
  }

  test('an illegal access costs one trial', () =>
    expectOneTrial('illegal=persistent', {
      status: 'runtime',
      reason: 'driver',
      message:
        'CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal memory access was encountered; cuCtxSynchronize, launch of persistent',
    }))

  test('a hang costs one trial, within its time', () =>
    expectOneTrial(
      'hang=persistent',
      { status: 'timeout', reason: 'hang', message: 'persistent: no end after 3000 ms' },
      3000,
    ))

  test('a crash of the driver costs one trial', () =>
    expectOneTrial('abort=persistent', {
      status: 'runtime',
      reason: 'crash',
      message: expect.stringContaining('the process that holds the GPU ended with SIGABRT') as string,
    }))

  test('a cooperative launch that is too large is refused by the driver, and costs nothing else', async () => {
    const loaded = await load(await open(), 'persistent.cu', persistent)
    const tooLarge = {
      ...persistent,
      dispatches: persistent.dispatches.map((d) => ({ ...d, grid: [33, 1, 1] as const })),
    }
    expect(await loaded.run(tooLarge, recurrence)).toMatchObject({
      status: 'runtime',
      reason: 'driver',
      message: expect.stringMatching(/^CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE \(720\): /) as string,
    })
    expect(await loaded.run(persistent, recurrence)).toMatchObject({ status: 'ran' })
    expect((await log()).filter((line) => line === 'context')).toHaveLength(1)
  })

  test('a plan that is not for the module is misuse, said as on the CPU', async () => {
    const loaded = await load(await open(), 'reduce.cu', blockSum)
    const other = { ...blockSum, dispatches: blockSum.dispatches.map((d) => ({ ...d, entryPoint: 'other' })) }
    await expect(loaded.run(other, { x })).rejects.toThrow('other: no entry point of that name in the module')
    const few = { ...blockSum, dispatches: blockSum.dispatches.map((d) => ({ ...d, scalars: [] })) }
    await expect(loaded.run(few, { x })).rejects.toThrow(
      'block_sum: the launch hands over 2 arguments, the kernel takes 3 (u64, u64, u32)',
    )
    await expect(loaded.run(blockSum, {})).rejects.toThrow('inputs: x is missing; the plan needs 1000')
    const lost = { ...blockSum, dispatches: blockSum.dispatches.map((d) => ({ ...d, buffers: ['x', 'y'] })) }
    await expect(loaded.run(lost, { x })).rejects.toThrow('block_sum: there is no buffer named y')
    await expectSums(loaded)
  })

  test('closing ends what is running', async () => {
    const on = await open('hang=block_sum')
    const loaded = await load(on, 'reduce.cu', blockSum)
    const running = loaded.run(blockSum, { x })
    setTimeout(() => void on.close(), 300)
    expect(await running).toMatchObject({ status: 'runtime', reason: 'crash' })
    expect(await loaded.run(blockSum, { x })).toMatchObject({ reason: 'closed' })
  })
})

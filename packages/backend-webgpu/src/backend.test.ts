import type { Plan } from '@tilewright/kernels'
import type { Backend, Failure, Loaded } from '@tilewright/tuner'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { webgpuBackend } from './backend.ts'
import { addition, buffer, dispatch, hasAdapter, kernelOf, nodeGpu, ones } from '../test/fixture.ts'
import { isFailure } from './session.ts'

const present = await hasAdapter()

describe.runIf(present)('on an adapter', () => {
  let backend: Backend
  beforeAll(async () => {
    backend = await webgpuBackend(await nodeGpu({ adapter: 0 }), { name: 'webgpu:0' })
  })
  afterAll(() => backend.close())

  async function load(source: string, plan: Plan): Promise<Loaded> {
    return loadedOf(await backend.load(kernelOf(source, plan)))
  }

  test('it is a device that computes, and says which', () => {
    expect(backend.device.api).toBe('webgpu')
    expect(backend.fingerprint['device']).not.toBe('null-backend')
    expect(backend.fingerprint['vendor']).not.toBe('')
    expect(backend.fingerprint['runtime']).toMatch(/^dawn\.node \d+\.\d+\.\d+$/)
  })

  test('the sum of two vectors is the sum, for lengths that no block divides', async () => {
    for (const length of [1, 3, 64, 1001]) {
      const kernel = addition(length)
      const loaded = loadedOf(await backend.load(kernel))
      const left = Float32Array.from({ length }, (_, i) => i + 0.5)
      const right = Float32Array.from({ length }, (_, i) => 2 * i)
      const { sum } = await outputsOf(loaded, kernel.plan, { left, right })
      expect(sum).toEqual(Float32Array.from({ length }, (_, i) => 3 * i + 0.5))
    }
  })

  test('one loaded kernel runs plans of other sizes', async () => {
    const loaded = loadedOf(await backend.load(addition(64)))
    const other = addition(7).plan
    expect((await outputsOf(loaded, other, ones(other)))['sum']).toEqual(new Float32Array(7).fill(2))
  })

  test('elements that no thread writes are NaN, also in the second run', async () => {
    const { plan, source } = addition(8, 5)
    const loaded = await load(source, plan)
    for (let run = 0; run < 2; run++)
      expect([...(await outputsOf(loaded, plan, ones(plan)))['sum']!]).toEqual([2, 2, 2, 2, 2, NaN, NaN, NaN])
  })

  test('a dispatch sees what the one before it wrote', async () => {
    // Bindings are counted for each dispatch: two of them share a binding where no entry point uses both.
    const source = `
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> middle: array<f32>;
@compute @workgroup_size(64) fn first(@builtin(global_invocation_id) id: vec3<u32>) { middle[id.x] = 10 * x[id.x]; }
@group(0) @binding(1) var<storage, read> result: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
// Reversed, so that every element comes from another block.
@compute @workgroup_size(64) fn second(@builtin(global_invocation_id) id: vec3<u32>) { y[id.x] = result[1023 - id.x] + 1; }`
    const plan: Plan = {
      buffers: [buffer('input', 'x', 1024), buffer('zeroed', 'middle', 1024), buffer('output', 'y', 1024)],
      dispatches: [
        dispatch('first', { grid: [16, 1, 1], buffers: ['x', 'middle'] }),
        dispatch('second', { grid: [16, 1, 1], buffers: ['middle', 'y'] }),
      ],
    }
    const loaded = await load(source, plan)
    const x = Float32Array.from({ length: 1024 }, (_, i) => i)
    const { y } = await outputsOf(loaded, plan, { x })
    expect(y).toEqual(Float32Array.from({ length: 1024 }, (_, i) => 10 * (1023 - i) + 1))
  })

  const counter = `
@group(0) @binding(1) var<storage, read_write> count: array<u32>;
@group(0) @binding(2) var<storage, read_write> seen: array<u32>;
@compute @workgroup_size(1) fn tick() { seen[0] = count[0]; count[0] = count[0] + 1; }`
  const counting: Plan = {
    buffers: [buffer('zeroed', 'count', 1, 'u32'), buffer('output', 'seen', 1, 'u32')],
    dispatches: [dispatch('tick', { block: [1, 1, 1], buffers: ['count', 'seen'] })],
  }

  test('scratch is zero at the start of every run', async () => {
    const loaded = await load(counter, counting)
    for (let run = 0; run < 3; run++) expect([...(await outputsOf(loaded, counting, {}))['seen']!]).toEqual([0])
  })

  test('bf16 buffers of odd length go in and out as packed pairs', async () => {
    const source = `
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@compute @workgroup_size(64) fn copy(@builtin(global_invocation_id) id: vec3<u32>) { if (id.x < 2) { y[id.x] = x[id.x]; } }`
    const plan: Plan = {
      buffers: [buffer('input', 'x', 3, 'bf16'), buffer('output', 'y', 3, 'bf16')],
      dispatches: [dispatch('copy', { buffers: ['x', 'y'] })],
    }
    const { y } = await outputsOf(await load(source, plan), plan, { x: Float32Array.of(1.5, -2, 0.25) })
    expect([...y!]).toEqual([1.5, -2, 0.25])
  })

  test('what the compiler says comes with line and column', async () => {
    const failure = failureOf(await backend.load(kernelOf('fn f() {\n  let a = b;\n}', addition(1).plan)))
    expect(failure.status).toBe('compile')
    expect(failure.reason).toBe('validation')
    expect(failure.message).toMatch(/^2:11 .*unresolved value 'b'/)
  })

  test('a block that is too large, and an entry point that is not there, fail to compile', async () => {
    const { plan, source } = addition(8)
    const huge = failureOf(
      await backend.load(kernelOf(source.replace('@workgroup_size(64)', '@workgroup_size(65536)'), plan)),
    )
    expect(huge).toMatchObject({ status: 'compile', reason: 'validation' })
    expect(huge.message).toContain('65536')
    const absent = failureOf(await backend.load(kernelOf(source.replace('fn add', 'fn sub'), plan)))
    expect(absent).toMatchObject({ status: 'compile', reason: 'validation' })
    expect(absent.message).toContain('add')
  })

  test('a grid that is too large fails to run, and the next run is fine', async () => {
    const { plan, source } = addition(8)
    const loaded = await load(source, plan)
    const wide: Plan = { ...plan, dispatches: [{ ...plan.dispatches[0]!, grid: [1e6, 1, 1] }] }
    expect(failureOf(await loaded.run(wide, ones(plan)))).toMatchObject({ status: 'runtime', reason: 'validation' })
    expect(failureOf(await loaded.time!(wide, ones(plan), brief))).toMatchObject({
      status: 'runtime',
      reason: 'validation',
    })
    expect((await outputsOf(loaded, plan, ones(plan)))['sum']![7]).toBe(2)
  })

  test('inputs that do not fit the plan are misuse', async () => {
    const { plan, source } = addition(8)
    const loaded = await load(source, plan)
    await expect(loaded.run(plan, {})).rejects.toMatchObject({ code: 'E_INPUT' })
    const short = { ...ones(plan), right: new Float32Array(7) }
    await expect(loaded.run(plan, short)).rejects.toThrow(
      'right: 7 values were given, its shape 8 holds 8; pass as many',
    )
  })

  const brief = { warmupMs: 1, measureMs: 5, leastRuns: 4 }

  test('durations are positive, as many as asked for, by the clock of the device', async () => {
    const { plan, source } = addition(4096)
    const loaded = await load(source, plan)
    const timing = await loaded.time!(plan, ones(plan), brief)
    if (isFailure(timing)) throw new Error(timing.message)
    const stamped = backend.device.api === 'webgpu' && backend.device.features.includes('timestamp-query')
    expect(timing.clock).toBe(stamped ? 'timestamp-query' : 'wall')
    expect(timing.cut).toBe(false)
    expect(timing.durationsNs.length).toBeGreaterThanOrEqual(4)
    expect(timing.durationsNs.every((ns) => Number.isFinite(ns) && ns > 0)).toBe(true)
  })

  test('a candidate that is slower than the cut is dropped after three runs', async () => {
    const { plan, source } = addition(4096)
    const loaded = await load(source, plan)
    const timing = await loaded.time!(plan, ones(plan), { ...brief, cutNs: 0.001 })
    if (isFailure(timing)) throw new Error(timing.message)
    expect(timing.cut).toBe(true)
    expect(timing.durationsNs).toHaveLength(3)
  })

  test('a closed backend loads nothing', async () => {
    const other = await webgpuBackend(await nodeGpu())
    await other.close()
    await expect(other.load(addition(1))).rejects.toMatchObject({ code: 'E_CLOSED' })
  })

  test('a run past its deadline is a timeout, and the next load works on a new device', async () => {
    const source = `
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64) fn spin(@builtin(global_invocation_id) id: vec3<u32>) {
  var sum = x[id.x];
  for (var i = 0; i < 20000000; i++) { sum = sum * 0.999 + x[(id.x + u32(i)) % 64]; }
  y[id.x] = sum;
}`
    const plan: Plan = {
      buffers: [buffer('input', 'x', 64), buffer('output', 'y', 64)],
      dispatches: [dispatch('spin', { buffers: ['x', 'y'] })],
    }
    const impatient = await webgpuBackend(await nodeGpu(), { name: 'impatient', deadlineMs: 100 })
    const spinning = loadedOf(await impatient.load(kernelOf(source, plan)))
    const failure = failureOf(await spinning.run(plan, ones(plan)))
    expect(failure).toMatchObject({ status: 'timeout', reason: 'hang' })
    expect(failure.message).toContain('impatient: no answer within 100 ms')
    expect(failureOf(await spinning.run(plan, ones(plan)))).toEqual(failure)
    const after = addition(4)
    const reloaded = loadedOf(await impatient.load(after))
    expect(reloaded.compileMs).toBeGreaterThan(0)
    await impatient.close()
  })
})

function loadedOf(answer: Loaded | Failure): Loaded {
  if (isFailure(answer)) throw new Error(`${answer.status}: ${answer.message}`)
  return answer
}

function failureOf(answer: object): Failure {
  if (!isFailure(answer)) throw new Error('a failure was expected')
  return answer
}

async function outputsOf(loaded: Loaded, plan: Plan, inputs: Readonly<Record<string, Float32Array>>) {
  const answer = await loaded.run(plan, inputs)
  if (isFailure(answer)) throw new Error(`${answer.status}: ${answer.message}`)
  return answer.outputs
}

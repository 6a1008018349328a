import type { Plan } from '@tilewright/kernels'
import { describe, expect, test } from 'vitest'
import { webgpuBackend } from './backend.ts'
import { compile } from './compile.ts'
import { addition, buffer, dispatch, hasAdapter, nodeGpu, ones } from '../test/fixture.ts'
import type { GpuSource } from './gpu.ts'
import { createLaunch, pipelinesOf } from './launch.ts'
import { isFailure, openSession } from './session.ts'
import { createReadback, createStorage } from './storage.ts'
import { zeroingOf } from './zeroing.ts'

/** Adapters whose devices the test can get hold of, without the features that it takes away. */
async function observed(without: readonly string[] = []): Promise<{ gpu: GpuSource; devices: GPUDevice[] }> {
  const inner = await nodeGpu()
  const devices: GPUDevice[] = []
  const gpu: GpuSource = {
    async requestAdapter() {
      const adapter = (await inner.requestAdapter())!
      return {
        info: adapter.info,
        limits: adapter.limits,
        features: new Set([...adapter.features].filter((feature) => !without.includes(feature))),
        async requestDevice(descriptor: GPUDeviceDescriptor) {
          const device = await adapter.requestDevice(descriptor)
          devices.push(device)
          return device
        },
      } as unknown as GPUAdapter
    },
  }
  return { gpu, devices }
}

describe.runIf(await hasAdapter())('a device', () => {
  test('has the limits and features of its adapter', async () => {
    const adapter = (await (await nodeGpu()).requestAdapter())!
    const session = await openSession({ gpu: await nodeGpu(), name: 'webgpu', deadlineMs: 10_000 })
    const { limits, features } = session.device
    for (const limit of [
      'maxComputeInvocationsPerWorkgroup',
      'maxStorageBuffersPerShaderStage',
      'maxBufferSize',
    ] as const)
      expect(limits[limit]).toBe(adapter.limits[limit])
    for (const feature of ['shader-f16', 'subgroups', 'timestamp-query'])
      expect(features.has(feature)).toBe(adapter.features.has(feature))
    session.close()
  })

  test('that is lost fails what was loaded on it, and the next load makes another', async () => {
    const { gpu, devices } = await observed()
    const backend = await webgpuBackend(gpu, { name: 'webgpu:0' })
    const kernel = addition(8)
    const before = await backend.load(kernel)
    if (isFailure(before)) throw new Error(before.message)
    devices[0]!.destroy()
    expect(await before.run(kernel.plan, ones(kernel.plan))).toMatchObject({ status: 'runtime', reason: 'device-lost' })
    const after = await backend.load(kernel)
    if (isFailure(after)) throw new Error(after.message)
    expect(await after.run(kernel.plan, ones(kernel.plan))).toMatchObject({ status: 'ran' })
    expect(devices).toHaveLength(2)
    await backend.close()
  })

  test('without timestamps is timed by the wall clock, and the timing says so', async () => {
    const { gpu } = await observed(['timestamp-query'])
    const backend = await webgpuBackend(gpu)
    const { plan, source } = addition(4096)
    const loaded = await backend.load({ ...addition(4096), source })
    if (isFailure(loaded)) throw new Error(loaded.message)
    const timing = await loaded.time!(plan, ones(plan), { warmupMs: 0, measureMs: 0, leastRuns: 1 })
    expect(timing).toMatchObject({ status: 'timed', clock: 'wall' })
    expect(timing.status === 'timed' && timing.durationsNs.every((ns) => ns > 0)).toBe(true)
    await backend.close()
  })

  test('zeroes scratch between executions of a plan in one pass', async () => {
    const session = await openSession({ gpu: await nodeGpu(), name: 'webgpu', deadlineMs: 10_000 })
    const source = `
@group(0) @binding(1) var<storage, read_write> scratch: array<u32>;
@group(0) @binding(2) var<storage, read_write> seen: array<u32>;
@compute @workgroup_size(64) fn tick(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < 1001) { seen[id.x] = scratch[id.x]; scratch[id.x] += 1; }
}`
    const plan: Plan = {
      buffers: [buffer('zeroed', 'scratch', 1001, 'u32'), buffer('output', 'seen', 1001, 'u32')],
      dispatches: [dispatch('tick', { grid: [16, 1, 1], buffers: ['scratch', 'seen'] })],
    }
    const compiled = await compile(session, source, ['tick'])
    const zero = await zeroingOf(session, plan)
    if (isFailure(compiled) || isFailure(zero)) throw new Error('the kernels compile')
    const pipelines = await pipelinesOf(compiled, plan)
    if (isFailure(pipelines)) throw new Error('the pipelines are there')
    const storage = createStorage(session.device, plan, {})
    const launch = createLaunch(session.device, plan, pipelines, storage)
    const readback = createReadback(session.device, plan, storage)
    const encoder = session.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    for (let i = 0; i < 3; i++) {
      zero(pass, storage)
      launch.record(pass)
    }
    pass.end()
    readback.record(encoder)
    session.device.queue.submit([encoder.finish()])
    expect((await readback.read())['seen']).toEqual(new Float32Array(1001))
    session.close()
  })
})

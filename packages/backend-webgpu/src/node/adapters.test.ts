import { describe, expect, test } from 'vitest'
import { webgpuBackend } from '../backend.ts'
import { addition, hasAdapter, ones } from '../../test/fixture.ts'
import { listAdapters, nodeGpu, validateWgsl } from './index.ts'
import { isFailure } from '../session.ts'

test('source that is legal has no errors, with f16 and subgroups', async () => {
  const source = `enable f16;
enable subgroups;
@group(0) @binding(0) var<storage, read_write> y: array<f16>;
@compute @workgroup_size(64) fn f(@builtin(subgroup_invocation_id) lane: u32) { y[lane] = f16(subgroupAdd(lane)); }`
  expect(await validateWgsl(source)).toEqual([])
})

test('a barrier in control flow that is not uniform is an error with its place', async () => {
  const source = `@compute @workgroup_size(64) fn f(@builtin(local_invocation_index) i: u32) {
  if (i > 3) {
    workgroupBarrier();
  }
}`
  const errors = (await validateWgsl(source)).filter(({ type }) => type === 'error')
  expect(errors).toMatchObject([{ type: 'error', line: 3, column: 5 }])
  expect(errors[0]!.text).toContain('uniform control flow')
})

test('the null backend is a device that says that it computes nothing', async () => {
  const adapter = await (await nodeGpu({ backend: 'null' })).requestAdapter()
  expect(adapter!.info.device).toBe('null-backend')
})

test('an adapter that is not there is named with those that are', async () => {
  await expect(nodeGpu({ adapter: 99 })).rejects.toMatchObject({ code: 'E_NO_ADAPTER' })
  await expect(nodeGpu({ adapter: 99 })).rejects.toThrow(/^webgpu:99: /)
})

describe.runIf(await hasAdapter())('the adapters of this machine', () => {
  test('each one is the device of its place in the list, and adds', async () => {
    const adapters = await listAdapters()
    const { plan, source } = addition(100)
    for (const [index, { device, description }] of adapters.entries()) {
      const backend = await webgpuBackend(await nodeGpu({ adapter: index }))
      expect(backend.fingerprint).toMatchObject({ device, description })
      const loaded = await backend.load({ ...addition(100), source })
      if (isFailure(loaded)) throw new Error(loaded.message)
      const answer = await loaded.run(plan, ones(plan))
      expect(answer).toEqual({ status: 'ran', outputs: { sum: new Float32Array(100).fill(2) } })
      await backend.close()
    }
  })

  test('GPUs come before drivers on the CPU', async () => {
    const fallback = (await listAdapters()).map(({ isFallback }) => isFallback)
    expect(fallback).toEqual(fallback.toSorted((a, b) => Number(a) - Number(b)))
  })
})

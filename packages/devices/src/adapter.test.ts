import { expect, test } from 'vitest'
import { webgpuDevice } from './adapter.ts'
import { limits } from './limits.ts'
import { readDevice } from './read.ts'

// Limits of a real adapter are getters of a prototype; a plain record would hide that they cannot be enumerated.
class Limits {
  get maxComputeWorkgroupStorageSize(): number {
    return 32_768
  }
  get maxComputeInvocationsPerWorkgroup(): number {
    return 1024
  }
}

const LAVAPIPE = {
  limits: new Limits(),
  features: new Set(['timestamp-query', 'subgroups']),
  info: {
    vendor: 'mesa',
    architecture: '',
    device: 'llvmpipe (LLVM 15.0.7, 256 bits)',
    description: 'Mesa 25.0.7',
    subgroupMinSize: 8,
    subgroupMaxSize: 8,
  },
}

test('an adapter is named, and its limits are read', () => {
  const device = webgpuDevice(LAVAPIPE)
  expect(device).toMatchObject({
    name: 'lavapipe',
    title: 'llvmpipe (LLVM 15.0.7, 256 bits)',
    vendor: 'mesa',
    architecture: 'unknown',
    features: ['subgroups', 'timestamp-query'],
    subgroupMinSize: 8,
    subgroupMaxSize: 8,
  })
  expect(device.limits).toMatchObject({ maxComputeWorkgroupStorageSize: 32_768, maxStorageBuffersPerShaderStage: 8 })
  expect(limits(device)).toMatchObject({ MAX_THREADS: 1024, SHARED_BYTES: 32_768, HAS_SUBGROUPS: 1, SUBGROUP_MIN: 8 })
})

test('a browser that hides its adapter gives a device all the same', () => {
  const device = webgpuDevice({ limits: {}, features: [] })
  expect(device).toMatchObject({ name: 'unknown-unknown', vendor: 'unknown', subgroupMinSize: 4, subgroupMaxSize: 128 })
})

test('subgroup sizes count only with the feature', () => {
  const device = webgpuDevice({ ...LAVAPIPE, features: [] })
  expect(device).toMatchObject({ subgroupMinSize: 4, subgroupMaxSize: 128 })
  expect(limits(device)).toMatchObject({ HAS_SUBGROUPS: 0 })
})

test('vendor and architecture are words that a path can hold', () => {
  const info = { vendor: 'Google Inc. (Google)', architecture: 'Swift/Shader' }
  expect(webgpuDevice({ ...LAVAPIPE, info })).toMatchObject({
    vendor: 'google-inc-google',
    architecture: 'swift-shader',
  })
})

test('without a name the architecture is the name', () => {
  const info = { vendor: 'nvidia', architecture: 'ampere', device: '0x2204', description: '' }
  expect(webgpuDevice({ ...LAVAPIPE, info }).name).toBe('nvidia-ampere')
})

test('what an adapter gives can be written to a file and read back', () => {
  const device = webgpuDevice(LAVAPIPE)
  expect(readDevice(JSON.parse(JSON.stringify(device)), 'lavapipe.json')).toEqual(device)
})

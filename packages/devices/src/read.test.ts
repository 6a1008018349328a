import { describe, expect, test } from 'vitest'
import { DeviceError } from './errors.ts'
import { device, devices } from './lookup.ts'
import { readDevice } from './read.ts'

const SHORT_CUDA = {
  api: 'cuda',
  name: 'gh200',
  computeCapability: '9.0',
  smCount: 132,
  l2Bytes: 52_428_800,
  bandwidthGBs: 4022.784,
  memoryBytes: 102_005_473_280,
}

describe('readDevice', () => {
  test('reads every device of the catalogue back', () => {
    for (const part of devices()) expect(readDevice(JSON.parse(JSON.stringify(part)), 'part.json')).toEqual(part)
  })

  test('takes a compute capability or an architecture for the whole table', () => {
    const expected = { title: 'gh200', architecture: 'sm_90', confidence: 'user', source: 'gh200.json' }
    expect(readDevice(SHORT_CUDA, 'gh200.json')).toMatchObject(expected)
    const { computeCapability: _, ...rest } = SHORT_CUDA
    const read = readDevice({ ...rest, architecture: 'sm_90' }, 'gh200.json')
    expect(read).toMatchObject({ ...expected, capability: { sharedMemPerBlockOptin: 232_448 } })
  })

  test('fills the limits of a WebGPU device with the defaults', () => {
    const json = { api: 'webgpu', name: 'phone', limits: { maxComputeWorkgroupStorageSize: 32_768 } }
    const read = readDevice(json, 'phone.json')
    expect(read).toMatchObject({
      limits: { maxComputeWorkgroupStorageSize: 32_768, maxComputeInvocationsPerWorkgroup: 256 },
      features: [],
      subgroupMinSize: 4,
      subgroupMaxSize: 128,
    })
  })

  test.each<[unknown, string]>([
    [null, 'f.json is null; it has to be an object'],
    [[], 'f.json is []; it has to be an object'],
    [{}, 'f.json: api is missing; it has to be "cuda" or "webgpu"'],
    [{ ...SHORT_CUDA, name: ' ' }, 'f.json: name is " "; it has to be a name'],
    [{ ...SHORT_CUDA, smCount: 1.5 }, 'f.json: smCount is 1.5; it has to be an integer of 1 or more'],
    [{ ...SHORT_CUDA, smCount: '132' }, 'f.json: smCount is "132"; it has to be an integer of 1 or more'],
    [{ ...SHORT_CUDA, bandwidthGBs: 0 }, 'f.json: bandwidthGBs is 0; it has to be a number above 0'],
    [
      { ...SHORT_CUDA, computeCapability: '6.1' },
      'f.json: computeCapability is "6.1"; it has to be that of a known compute capability, such as "9.0" or "sm_90", unless capability is given',
    ],
    [
      { ...SHORT_CUDA, architecture: 'sm_80' },
      'f.json: architecture is "sm_80"; it has to be "sm_90" like its compute capability, or left out',
    ],
    [
      { ...device('t4'), capability: { ...capabilityOfT4(), warpSize: 0 } },
      'f.json: capability.warpSize is 0; it has to be an integer of 1 or more',
    ],
    [
      { ...device('t4'), capability: { ...capabilityOfT4(), sharedMemCarveoutsKiB: [32, '64'] } },
      'f.json: capability.sharedMemCarveoutsKiB[1] is "64"; it has to be an item of a list of integers',
    ],
    [
      { api: 'webgpu', name: 'x', limits: { maxBufferSize: -1 } },
      'f.json: limits.maxBufferSize is -1; it has to be an integer of 1 or more',
    ],
    [
      { api: 'webgpu', name: 'x', features: 'subgroups' },
      'f.json: features is "subgroups"; it has to be a list of names',
    ],
    [
      { api: 'webgpu', name: 'x', subgroupMinSize: 32, subgroupMaxSize: 16 },
      'f.json: subgroupMaxSize is 16; it has to be subgroupMinSize, 32, or more',
    ],
  ])('%j is refused', (json, message) => {
    expect(() => readDevice(json, 'f.json')).toThrow(new DeviceError('E_DEVICE', message))
  })

  test('a field that nothing reads is refused', () => {
    const wrong = (): unknown => readDevice({ ...SHORT_CUDA, smcount: 1 }, 'f.json')
    expect(wrong).toThrow(/^f\.json: smcount is not a field of a device; the fields here are api, name, /)
  })
})

function capabilityOfT4(): object {
  const t4 = device('t4')
  return t4.api === 'cuda' ? t4.capability : {}
}

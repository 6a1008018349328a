import { describe, expect, test } from 'vitest'
import { DeviceError } from './errors.ts'
import { architectureOf, capabilityOf, device, deviceNames, devices } from './lookup.ts'
import { normaliseName } from './name.ts'

describe('device', () => {
  test('finds every device of the catalogue by its name and its title', () => {
    for (const expected of devices()) {
      expect(device(expected.name)).toBe(expected)
      if (expected.api === 'cuda') expect(device(expected.title)).toBe(expected)
    }
  })

  test('no name or title is claimed twice', () => {
    expect(new Set(deviceNames()).size).toBe(devices().length)
    expect(new Set(devices().map(({ title }) => title)).size).toBe(devices().length)
  })

  test.each([
    ['NVIDIA H100 80GB HBM3', 'h100-sxm'],
    ['H100-SXM5-80GB', 'h100-sxm'],
    ['NVIDIA H100 PCIe', 'h100-pcie'],
    ['NVIDIA A100-SXM4-40GB', 'a100-40gb'],
    ['a100', 'a100-80gb'],
    ['h200', 'h200-sxm'],
    ['Tesla V100-SXM2-32GB', 'v100-sxm'],
    ['NVIDIA GeForce RTX 4090', 'rtx-4090'],
    ['Apple M3', 'apple-m2'],
    ['llvmpipe (LLVM 15.0.7, 256 bits)', 'lavapipe'],
    ['llvmpipe-llvm-15-0-6-256-bits-', 'lavapipe'],
  ])('%s is %s', (title, name) => {
    expect(device(title).name).toBe(name)
  })

  // Each of these differs from its namesake in multiprocessors or bandwidth.
  test.each([
    ['NVIDIA GeForce RTX 3090 Ti', 'rtx-3090-ti'],
    ['NVIDIA GeForce RTX 4090 Laptop GPU', 'rtx-4090-laptop-gpu'],
    ['NVIDIA A10G', 'a10g'],
    ['NVIDIA A100-PCIE-40GB', 'a100-pcie-40gb'],
    ['NVIDIA H100 NVL', 'h100-nvl'],
    ['Intel(R) Iris(R) Xe Graphics (TGL GT2)', 'intel-iris-xe-graphics'],
    ['NVIDIA Corporation', 'nvidia-corporation'],
  ])('%s is a part of its own, %s', (title, name) => {
    expect(normaliseName(title)).toBe(name)
    expect(() => device(title)).toThrow(DeviceError)
  })

  test('an architecture is the least of its parts', () => {
    const model = device('sm_90')
    expect(model).toMatchObject({
      name: 'sm_90',
      title: 'sm_90, a model: the least of h100-sxm, h100-pcie, h200-sxm',
      smCount: 114,
      l2Bytes: 50 * 2 ** 20,
      bandwidthGBs: 2039,
      memoryBytes: 80 * 2 ** 30,
    })
    expect(device('sm_89')).toMatchObject({ smCount: 58, l2Bytes: 48 * 2 ** 20, bandwidthGBs: 300 })
  })

  test.each([
    ['h100', 'h100: unknown device; did you mean h100-sxm or h100-pcie?'],
    ['rtx-3091', 'rtx-3091: unknown device; did you mean rtx-3090, rtx-4090 or rtx-5090?'],
    ['sm_91', 'sm_91: unknown device; did you mean sm_90, sm_89 or sm_86?'],
    [
      'sm_103',
      'sm_103: no part of this architecture is in the catalogue; use sm_100, sm_90 or sm_89, or describe the device in a FILE.json',
    ],
  ])('%s is refused with the nearest names', (name, message) => {
    expect(() => device(name)).toThrow(new DeviceError('E_DEVICE', message))
  })
})

describe('capabilityOf', () => {
  test('knows 9.0 to the byte', () => {
    expect(capabilityOf('9.0')).toEqual({
      computeCapability: '9.0',
      warpSize: 32,
      maxThreadsPerBlock: 1024,
      maxWarpsPerSM: 64,
      maxBlocksPerSM: 32,
      registersPerSM: 65_536,
      maxRegistersPerBlock: 65_536,
      maxRegistersPerThread: 255,
      registerAllocationUnit: 256,
      registerSubPartitions: 4,
      warpAllocationGranularity: 4,
      sharedMemPerSM: 233_472,
      sharedMemPerBlockDefault: 49_152,
      sharedMemPerBlockOptin: 232_448,
      sharedMemReservedPerBlock: 1024,
      sharedMemAllocationUnit: 128,
      sharedMemCarveoutsKiB: [0, 8, 16, 32, 64, 100, 132, 164, 196, 228],
    })
  })

  test('refuses what it does not know', () => {
    expect(() => capabilityOf('6.1')).toThrow(/^6\.1: unknown compute capability; known are 7\.0, 7\.2, .*12\.1$/)
  })

  test.each([
    ['9.0', 'sm_90'],
    ['12.1', 'sm_121'],
  ])('architecture of %s is %s', (computeCapability, architecture) => {
    expect(architectureOf(computeCapability)).toBe(architecture)
  })
})

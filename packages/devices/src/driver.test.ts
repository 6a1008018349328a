import { expect, test } from 'vitest'
import { cudaDevice, type DriverFacts } from './driver.ts'
import { limits } from './limits.ts'
import { device, devices } from './lookup.ts'
import { readDevice } from './read.ts'

// What a driver says of a part of the catalogue, where it agrees with it.
function factsOf(name: string): DriverFacts {
  const part = device(name)
  if (part.api !== 'cuda') throw new Error(`${name} is no CUDA device`)
  const { capability } = part
  return {
    title: part.title,
    computeCapability: capability.computeCapability,
    memoryBytes: part.memoryBytes,
    smCount: part.smCount,
    l2Bytes: part.l2Bytes,
    memoryClockKhz: 2_619_000,
    memoryBusBits: 5120,
    warpSize: capability.warpSize,
    maxThreadsPerBlock: capability.maxThreadsPerBlock,
    maxThreadsPerSM: capability.maxWarpsPerSM * capability.warpSize,
    maxBlocksPerSM: capability.maxBlocksPerSM,
    registersPerSM: capability.registersPerSM,
    maxRegistersPerBlock: capability.maxRegistersPerBlock,
    sharedMemPerSM: capability.sharedMemPerSM,
    sharedMemPerBlockDefault: capability.sharedMemPerBlockDefault,
    sharedMemPerBlockOptin: capability.sharedMemPerBlockOptin,
    sharedMemReservedPerBlock: capability.sharedMemReservedPerBlock,
  }
}

test.each(devices().flatMap((part) => (part.api === 'cuda' ? [part.name] : [])))(
  'a driver that agrees with the catalogue gives the limits of %s',
  (name) => {
    const present = cudaDevice(factsOf(name))
    expect(present.name).toBe(name)
    expect(limits(present)).toEqual(limits(device(name)))
  },
)

test('what the driver says goes before the catalogue', () => {
  const present = cudaDevice({
    ...factsOf('h100-sxm'),
    smCount: 114,
    memoryBytes: 1e9,
    sharedMemPerBlockOptin: 200_000,
  })
  expect(present).toMatchObject({ name: 'h100-sxm', smCount: 114, memoryBytes: 1e9, bandwidthGBs: 3352 })
  expect(limits(present)).toMatchObject({ SMS: 114, SHARED_BYTES: 200_000, SHARED_UNIT: 128 })
})

test('a part that the catalogue does not have is built from its attributes', () => {
  const present = cudaDevice({ ...factsOf('h100-sxm'), title: 'NVIDIA H100 80GB HBM3 MIG 3g.40gb', smCount: 60 })
  // 2619 MHz, twice, 5120 bits: the H100's own figure.
  expect(present).toMatchObject({ name: 'h100-80gb-hbm3-mig-3g-40gb', architecture: 'sm_90', smCount: 60 })
  expect(limits(present)['BANDWIDTH_GBS']).toBe(3352)
  expect(cudaDevice({ ...factsOf('h100-sxm'), title: 'NVIDIA N1', memoryClockKhz: 0 }).bandwidthGBs).toBeGreaterThan(0)
  expect(readDevice(JSON.parse(JSON.stringify(present)), 'device.json')).toEqual(present)
})

test('a compute capability that is not known allocates as the newest before it', () => {
  const present = cudaDevice({ ...factsOf('h100-sxm'), title: 'NVIDIA N1', computeCapability: '11.5' })
  expect(present).toMatchObject({ architecture: 'sm_115', capability: { computeCapability: '11.5' } })
  expect(limits(present)).toMatchObject({ SHARED_UNIT: 128, COMPUTE_CAPABILITY: 115 })
})

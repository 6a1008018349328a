import { given } from './driver.ts'
import type { Driver } from './driver.ts'
import type { Found, FoundGpu } from './jobs.ts'

// Of CUdevice_attribute in cuda.h, CUDA 13.0.
const ATTRIBUTES = {
  maxThreadsPerBlock: 1,
  sharedMemPerBlockDefault: 8,
  warpSize: 10,
  maxRegistersPerBlock: 12,
  smCount: 16,
  memoryClockKhz: 36,
  memoryBusBits: 37,
  l2Bytes: 38,
  maxThreadsPerSM: 39,
  sharedMemPerSM: 81,
  registersPerSM: 82,
  sharedMemPerBlockOptin: 97,
  maxBlocksPerSM: 106,
  sharedMemReservedPerBlock: 111,
} as const
const CAPABILITY_MAJOR = 75
const CAPABILITY_MINOR = 76

const LONGEST_NAME = 256

/** Every GPU that the driver sees, in its order; needs no context, and takes none. */
export function findByDriver(driver: Driver): Found {
  driver.cuInit(0)
  const version = given<number>(driver.cuDriverGetVersion)
  const count = given<number>(driver.cuDeviceGetCount)
  return {
    // 13000 is 13.0, 12020 is 12.2.
    cudaVersion: `${Math.floor(version / 1000)}.${Math.floor((version % 1000) / 10)}`,
    gpus: Array.from({ length: count }, (_, index) => gpuAt(driver, given<number>(driver.cuDeviceGet, index))),
  }
}

function gpuAt(driver: Driver, device: number): FoundGpu {
  const attribute = (number: number): number => given<number>(driver.cuDeviceGetAttribute, number, device)
  const values = Object.entries(ATTRIBUTES).map(([name, number]) => [name, attribute(number)] as const)
  const name = new Uint8Array(new ArrayBuffer(LONGEST_NAME))
  driver.cuDeviceGetName(name, name.length, device)
  const uuid = new Uint8Array(new ArrayBuffer(16))
  driver.cuDeviceGetUuid_v2(uuid, device)
  return {
    uuid: uuidText(uuid),
    facts: {
      title: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
      computeCapability: `${attribute(CAPABILITY_MAJOR)}.${attribute(CAPABILITY_MINOR)}`,
      memoryBytes: Number(given<number | bigint>(driver.cuDeviceTotalMem_v2, device)),
      ...(Object.fromEntries(values) as Record<keyof typeof ATTRIBUTES, number>),
    },
  }
}

function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return `GPU-${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`
}

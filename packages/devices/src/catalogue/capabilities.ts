import type { CudaCapability } from '../device.ts'

/** What differs between compute capabilities; shared memory in KiB, as NVIDIA's tables print it. */
interface CapabilityRow {
  readonly computeCapability: string
  readonly warps: number
  readonly blocks: number
  readonly sharedKiB: number
  readonly optinKiB: number
  readonly reserved: number
  readonly unit: number
  readonly carveoutsKiB: readonly number[]
}

// Equal for every capability from 7.0 to 12.1. Source: NVIDIA/cccl libcudacxx/include/cuda/__device/arch_traits.h @004ad198.
const SHARED_BY_ALL = {
  warpSize: 32,
  maxThreadsPerBlock: 1024,
  registersPerSM: 65_536,
  maxRegistersPerBlock: 65_536,
  maxRegistersPerThread: 255,
  registerAllocationUnit: 256,
  registerSubPartitions: 4,
  warpAllocationGranularity: 4,
  sharedMemPerBlockDefault: 48 * 1024,
} as const

// Carve-outs: CUDA programming guide 5.1, compute capabilities.
const VOLTA_CARVEOUTS = [0, 8, 16, 32, 64, 96]
const CARVEOUTS_100 = [0, 8, 16, 32, 64, 100]
const CARVEOUTS_164 = [0, 8, 16, 32, 64, 100, 132, 164]
const CARVEOUTS_228 = [0, 8, 16, 32, 64, 100, 132, 164, 196, 228]

// Warps, blocks and shared memory: arch_traits.h as above. From 8.0 on the system takes 1 KiB of shared memory of every
// block, and memory is handed out in units of 128 bytes instead of 256.
const VOLTA = {
  warps: 64,
  blocks: 32,
  sharedKiB: 96,
  optinKiB: 96,
  reserved: 0,
  unit: 256,
  carveoutsKiB: VOLTA_CARVEOUTS,
}
const SMALL_AMPERE = { warps: 48, sharedKiB: 100, optinKiB: 99, reserved: 1024, unit: 128, carveoutsKiB: CARVEOUTS_100 }
const HOPPER = {
  warps: 64,
  blocks: 32,
  sharedKiB: 228,
  optinKiB: 227,
  reserved: 1024,
  unit: 128,
  carveoutsKiB: CARVEOUTS_228,
}
const LARGE_AMPERE = { sharedKiB: 164, optinKiB: 163, reserved: 1024, unit: 128, carveoutsKiB: CARVEOUTS_164 }

const ROWS: readonly CapabilityRow[] = [
  { computeCapability: '7.0', ...VOLTA },
  // Xavier; not in the CCCL table, taken from the programming guide's family 7.x.
  { computeCapability: '7.2', ...VOLTA },
  {
    computeCapability: '7.5',
    warps: 32,
    blocks: 16,
    sharedKiB: 64,
    optinKiB: 64,
    reserved: 0,
    unit: 256,
    carveoutsKiB: [32, 64],
  },
  { computeCapability: '8.0', warps: 64, blocks: 32, ...LARGE_AMPERE },
  { computeCapability: '8.6', blocks: 16, ...SMALL_AMPERE },
  { computeCapability: '8.7', warps: 48, blocks: 16, ...LARGE_AMPERE },
  { computeCapability: '8.9', blocks: 24, ...SMALL_AMPERE },
  { computeCapability: '9.0', ...HOPPER },
  // 10.x adds tensor memory: 128 lanes x 512 columns of 32 bits per multiprocessor.
  { computeCapability: '10.0', ...HOPPER },
  { computeCapability: '10.3', ...HOPPER },
  { computeCapability: '11.0', ...HOPPER, warps: 48, blocks: 24 },
  { computeCapability: '12.0', blocks: 24, ...SMALL_AMPERE },
  { computeCapability: '12.1', blocks: 24, ...SMALL_AMPERE },
]

/** The limits of every compute capability that is known, oldest first. */
export const CAPABILITIES: readonly CudaCapability[] = ROWS.map((row) => ({
  computeCapability: row.computeCapability,
  ...SHARED_BY_ALL,
  maxWarpsPerSM: row.warps,
  maxBlocksPerSM: row.blocks,
  sharedMemPerSM: row.sharedKiB * 1024,
  sharedMemPerBlockOptin: row.optinKiB * 1024,
  sharedMemReservedPerBlock: row.reserved,
  sharedMemAllocationUnit: row.unit,
  sharedMemCarveoutsKiB: row.carveoutsKiB,
}))

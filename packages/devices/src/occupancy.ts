import type { CudaDevice } from './device.ts'
import { DeviceError } from './errors.ts'
import { wrongBlock } from './messages.ts'

/** What one block asks of a multiprocessor. */
export interface BlockShape {
  readonly threads: number
  /** Per thread, as the compiler reports them. */
  readonly registers: number
  /** Static and dynamic together, without what the system reserves. */
  readonly sharedBytes: number
}

/** `threads`: the block has more threads than a block can have; the others name the resource that runs out first. */
export type OccupancyLimit = 'threads' | 'registers' | 'shared' | 'warps' | 'blocks'

export interface Occupancy {
  /** Resident blocks of one multiprocessor. */
  readonly blocks: number
  readonly limitedBy: OccupancyLimit
  /** Resident warps as a share of the most possible, 0 to 1. */
  readonly occupancy: number
}

/**
 * Blocks of this shape that one multiprocessor can hold at once; 0 when a single block does not fit. A cooperative
 * launch needs `gridBlocks <= blocks * smCount`. Where several resources run out together, `limitedBy` is the first of
 * registers, shared, warps, blocks. Throws `E_BLOCK` for numbers that describe no block.
 *
 * @example
 * occupancy(h100, { threads: 128, registers: 168, sharedBytes: 40_960 }).blocks // 3
 */
export function occupancy(device: CudaDevice, block: BlockShape): Occupancy {
  checkBlock(block)
  const { capability } = device
  if (block.threads > capability.maxThreadsPerBlock) return { blocks: 0, limitedBy: 'threads', occupancy: 0 }
  const warps = Math.ceil(block.threads / capability.warpSize)
  const bounds: readonly (readonly [OccupancyLimit, number])[] = [
    ['registers', blocksByRegisters(device, block.registers, warps)],
    ['shared', blocksByShared(device, block.sharedBytes)],
    ['warps', Math.floor(capability.maxWarpsPerSM / warps)],
    ['blocks', capability.maxBlocksPerSM],
  ]
  const [limitedBy, blocks] = bounds.reduce((least, bound) => (bound[1] < least[1] ? bound : least))
  return { blocks, limitedBy, occupancy: (blocks * warps) / capability.maxWarpsPerSM }
}

// Registers are handed out per warp, in units of 256, from four equal parts of the file, and a block's warps are counted
// in groups of four. Dividing the whole file by registers x threads promises 7 blocks for 36 registers and 256 threads;
// 6 fit, and the cooperative launch of 7 fails with error 720. Checked against NVIDIA's cuda_occupancy.h for every
// capability of the catalogue.
function blocksByRegisters({ capability }: CudaDevice, registers: number, warps: number): number {
  if (registers === 0) return Number.POSITIVE_INFINITY
  if (registers > capability.maxRegistersPerThread) return 0
  const registersPerWarp = roundUp(registers * capability.warpSize, capability.registerAllocationUnit)
  // Bites only where a block may take less than a multiprocessor's whole file; then the groups of four count.
  const countedWarps = roundUp(warps, capability.warpAllocationGranularity)
  if (registersPerWarp * countedWarps > capability.maxRegistersPerBlock) return 0
  const parts = capability.registerSubPartitions
  const residentWarps = parts * Math.floor(capability.registersPerSM / parts / registersPerWarp)
  return Math.floor(residentWarps / warps)
}

function blocksByShared({ capability }: CudaDevice, sharedBytes: number): number {
  if (sharedBytes > capability.sharedMemPerBlockOptin) return 0
  const taken = roundUp(sharedBytes + capability.sharedMemReservedPerBlock, capability.sharedMemAllocationUnit)
  return taken === 0 ? Number.POSITIVE_INFINITY : Math.floor(capability.sharedMemPerSM / taken)
}

function checkBlock(block: BlockShape): void {
  const least = { threads: 1, registers: 0, sharedBytes: 0 }
  for (const field of ['threads', 'registers', 'sharedBytes'] as const) {
    const value = block[field]
    if (!Number.isSafeInteger(value) || value < least[field])
      throw new DeviceError('E_BLOCK', wrongBlock(field, value, least[field]))
  }
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit
}

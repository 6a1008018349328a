import type { CudaDevice, Device, WebgpuDevice } from './device.ts'
import { isSoftware } from './software.ts'

/**
 * The givens of a rule file that come from the device, all integers: bytes for `*_BYTES`, bytes for `SHARED_RESERVED`
 * and `SHARED_UNIT`, GB/s rounded for `BANDWIDTH_GBS`, `HAS_F16`, `HAS_SUBGROUPS` and `IS_SOFTWARE` as 0 or 1, and
 * `COMPUTE_CAPABILITY` as 90 for 9.0 and 120 for 12.0.
 */
export function limits(device: Device): Readonly<Record<string, number>> {
  return device.api === 'cuda' ? cudaLimits(device) : webgpuLimits(device)
}

function cudaLimits(device: CudaDevice): Readonly<Record<string, number>> {
  const { capability } = device
  return {
    SMS: device.smCount,
    WARP_SIZE: capability.warpSize,
    MAX_THREADS: capability.maxThreadsPerBlock,
    MAX_WARPS_PER_SM: capability.maxWarpsPerSM,
    MAX_BLOCKS_PER_SM: capability.maxBlocksPerSM,
    REGISTERS_PER_SM: capability.registersPerSM,
    MAX_REGISTERS: capability.maxRegistersPerThread,
    REGISTER_UNIT: capability.registerAllocationUnit,
    SHARED_BYTES: capability.sharedMemPerBlockOptin,
    SHARED_BYTES_PER_SM: capability.sharedMemPerSM,
    SHARED_RESERVED: capability.sharedMemReservedPerBlock,
    SHARED_UNIT: capability.sharedMemAllocationUnit,
    L2_BYTES: Math.floor(device.l2Bytes),
    BANDWIDTH_GBS: Math.round(device.bandwidthGBs),
    COMPUTE_CAPABILITY: Number(capability.computeCapability.replace('.', '')),
  }
}

function webgpuLimits(device: WebgpuDevice): Readonly<Record<string, number>> {
  const { limits } = device
  return {
    MAX_THREADS: limits.maxComputeInvocationsPerWorkgroup,
    MAX_BLOCK_X: limits.maxComputeWorkgroupSizeX,
    MAX_BLOCK_Y: limits.maxComputeWorkgroupSizeY,
    MAX_BLOCK_Z: limits.maxComputeWorkgroupSizeZ,
    MAX_GRID: limits.maxComputeWorkgroupsPerDimension,
    SHARED_BYTES: limits.maxComputeWorkgroupStorageSize,
    MAX_BUFFERS: limits.maxStorageBuffersPerShaderStage,
    // A binding can be no larger than the buffer it shows.
    MAX_BINDING_BYTES: Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize),
    HAS_F16: Number(device.features.includes('shader-f16')),
    HAS_SUBGROUPS: Number(device.features.includes('subgroups')),
    SUBGROUP_MIN: device.subgroupMinSize,
    SUBGROUP_MAX: device.subgroupMaxSize,
    IS_SOFTWARE: Number(isSoftware(device)),
  }
}

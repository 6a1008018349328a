import { bytesOf, elementCount } from '@tilewright/kernels'
import type { Dispatch, Plan } from '@tilewright/kernels'
import { occupancy } from '@tilewright/devices'
import type { CudaDevice, Device, WebgpuDevice } from '@tilewright/devices'
import type { CompilerReport } from './preset.ts'

/**
 * What of a plan the device cannot launch, one sentence each; empty where it can. This asks the device, not the rules:
 * rules that promise too much are found out here. Without a compiler's report registers are not counted.
 */
export function launchViolations(device: Device, plan: Plan, report?: CompilerReport): readonly string[] {
  const dispatches = plan.dispatches.flatMap((dispatch) =>
    (device.api === 'cuda' ? cudaViolations(device, dispatch, report) : webgpuViolations(device, dispatch)).map(
      (text) => `${dispatch.entryPoint}: ${text}`,
    ),
  )
  return [...new Set([...dispatches, ...bufferViolations(device, plan)])]
}

function cudaViolations(device: CudaDevice, dispatch: Dispatch, report?: CompilerReport): readonly string[] {
  const threads = product(dispatch.block)
  const registers = report?.registers ?? 0
  const sharedBytes = dispatch.sharedBytes + (report?.sharedBytes ?? 0)
  const { blocks, limitedBy } = occupancy(device, { threads, registers, sharedBytes })
  const shape = `a block of ${threads} threads, ${registers} registers and ${sharedBytes} bytes of shared memory`
  if (blocks === 0) return [`${shape} does not fit a multiprocessor, limited by ${limitedBy}`]
  const grid = product(dispatch.grid)
  const resident = blocks * device.smCount
  if (!dispatch.cooperative || grid <= resident) return []
  return [`${grid} blocks have to be resident at once, ${resident} can be: ${shape}, limited by ${limitedBy}`]
}

function webgpuViolations({ limits }: WebgpuDevice, dispatch: Dispatch): readonly string[] {
  const [x, y, z] = dispatch.block
  const bounds = [
    ['threads', x * y * z, limits.maxComputeInvocationsPerWorkgroup],
    ['threads along x', x, limits.maxComputeWorkgroupSizeX],
    ['threads along y', y, limits.maxComputeWorkgroupSizeY],
    ['threads along z', z, limits.maxComputeWorkgroupSizeZ],
    ['blocks along one axis', Math.max(...dispatch.grid), limits.maxComputeWorkgroupsPerDimension],
    ['buffers', dispatch.buffers.length, limits.maxStorageBuffersPerShaderStage],
  ] as const
  return bounds
    .filter(([, value, most]) => value > most)
    .map(([what, value, most]) => `${value} ${what}, the device allows ${most}`)
}

function bufferViolations(device: Device, plan: Plan): readonly string[] {
  const sizes = plan.buffers.map((buffer) => ({
    name: buffer.name,
    bytes: elementCount(buffer) * bytesOf(buffer.dtype),
  }))
  if (device.api === 'cuda') {
    const bytes = sizes.reduce((total, size) => total + size.bytes, 0)
    return bytes > device.memoryBytes ? [`the buffers are ${bytes} bytes, the device has ${device.memoryBytes}`] : []
  }
  const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize)
  return sizes
    .filter(({ bytes }) => bytes > most)
    .map(({ name, bytes }) => `${name} is ${bytes} bytes, the device allows ${most}`)
}

function product(extents: readonly number[]): number {
  return extents.reduce((total, extent) => total * extent, 1)
}

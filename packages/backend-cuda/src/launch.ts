import { occupancy } from '@tilewright/devices'
import type { CudaDevice } from '@tilewright/devices'
import type { Plan } from '@tilewright/kernels'
import type { CompilerReport, Failure } from '@tilewright/tuner'
import { blockTooLarge, gridTooLarge } from './messages.ts'

/**
 * What the driver would answer to a launch that the device cannot make, undefined for plans that it can: a block must
 * fit on a multiprocessor with the registers that the compiler gave it, and all blocks of a cooperative launch at once.
 */
export function checkLaunches(
  plan: Plan,
  device: CudaDevice,
  reports: Readonly<Record<string, CompilerReport>>,
): Failure | undefined {
  for (const { entryPoint, grid, block, sharedBytes, cooperative } of plan.dispatches) {
    const report = reports[entryPoint]
    if (report === undefined) continue // the run names entry points that do not exist
    const shape = {
      threads: block[0] * block[1] * block[2],
      registers: report.registers,
      sharedBytes: report.sharedBytes + sharedBytes,
    }
    const { blocks, limitedBy } = occupancy(device, shape)
    if (blocks === 0) {
      const message = blockTooLarge(entryPoint, device.name, limitedBy, shape)
      return { status: 'runtime', reason: 'launch', message }
    }
    const launched = grid[0] * grid[1] * grid[2]
    if (cooperative && launched > blocks * device.smCount) {
      const message = gridTooLarge(entryPoint, device.name, launched, blocks * device.smCount)
      return { status: 'runtime', reason: 'launch', message }
    }
  }
  return undefined
}

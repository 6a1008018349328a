import { occupancy } from '@tilewright/devices'
import type { CudaDevice } from '@tilewright/devices'
import type { Dispatch } from '@tilewright/kernels'
import type { CompilerReport, Failure } from '@tilewright/tuner'
import { blockTooLarge, gridTooLarge } from './messages.ts'

/**
 * What the driver would answer to launches that the device cannot make, undefined where it can make them all: a block must
 * fit on a multiprocessor with the registers that the compiler gave it, and all blocks of a cooperative launch at once.
 */
export function checkLaunches(
  launches: readonly Pick<Dispatch, 'entryPoint' | 'grid' | 'block' | 'sharedBytes' | 'cooperative'>[],
  device: CudaDevice,
  reports: Readonly<Record<string, CompilerReport>>,
): Failure | undefined {
  for (const { entryPoint, grid, block, sharedBytes, cooperative } of launches) {
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

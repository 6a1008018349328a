import { describe, expect, test } from 'vitest'
import type { CudaDevice } from './device.ts'
import { DeviceError } from './errors.ts'
import { device } from './lookup.ts'
import { occupancy } from './occupancy.ts'
import type { BlockShape, OccupancyLimit } from './occupancy.ts'

describe('occupancy', () => {
  test.each<[string, [number, number, number], number, OccupancyLimit]>([
    ['a100-80gb', [256, 64, 0], 4, 'registers'],
    ['h100-sxm', [256, 128, 100_000], 2, 'registers'],
    ['h100-sxm', [64, 88, 0], 10, 'registers'], // 65536 / (registers x threads) would say 11
    ['h100-sxm', [288, 224, 0], 0, 'registers'], // ... and here 1
    ['rtx-3090', [256, 40, 16_384], 5, 'shared'], // the reserved 1 KiB costs one block
    ['rtx-5090', [128, 40, 8192], 11, 'shared'],
    ['t4', [256, 64, 32_768], 2, 'shared'], // nothing is reserved
    ['h100-sxm', [256, 255, 232_448], 1, 'registers'],
    ['h100-sxm', [128, 168, 40_960], 3, 'registers'],
    ['h100-sxm', [256, 36, 0], 6, 'registers'],
    ['h100-sxm', [1024, 32, 0], 2, 'registers'],
    ['rtx-3090', [1024, 16, 0], 1, 'warps'],
    ['h100-sxm', [32, 16, 0], 32, 'blocks'],
    ['h100-sxm', [32, 16, 232_449], 0, 'shared'],
    ['h100-sxm', [1025, 16, 0], 0, 'threads'],
    ['h100-sxm', [32, 256, 0], 0, 'registers'],
  ])('%s holds blocks of %j %i times, limited by %s', (name, shape, blocks, limitedBy) => {
    expect(occupancy(cuda(name), block(shape))).toMatchObject({ blocks, limitedBy })
  })

  test('is the share of the warps that can be resident', () => {
    expect(occupancy(cuda('h100-sxm'), block([64, 88, 0])).occupancy).toBe(20 / 64)
    expect(occupancy(cuda('h100-sxm'), block([288, 224, 0])).occupancy).toBe(0)
  })

  test.each([
    [[0, 32, 0], 'block: threads is 0; it has to be an integer of 1 or more'],
    [[32, 1.5, 0], 'block: registers is 1.5; it has to be an integer of 0 or more'],
    [[32, 32, -1], 'block: sharedBytes is -1; it has to be an integer of 0 or more'],
    [[Number.NaN, 32, 0], 'block: threads is NaN; it has to be an integer of 1 or more'],
  ] as const)('refuses %j', (shape, message) => {
    expect(() => occupancy(cuda('t4'), block(shape))).toThrow(new DeviceError('E_BLOCK', message))
  })
})

function cuda(name: string): CudaDevice {
  const found = device(name)
  if (found.api !== 'cuda') throw new Error(`${name} is not a CUDA device`)
  return found
}

function block([threads, registers, sharedBytes]: readonly [number, number, number]): BlockShape {
  return { threads, registers, sharedBytes }
}

import { describe, expect, test } from 'vitest'
import { limits } from './limits.ts'
import { device, devices } from './lookup.ts'

describe('limits', () => {
  test('of h100-sxm', () => {
    expect(limits(device('h100-sxm'))).toEqual({
      SMS: 132,
      WARP_SIZE: 32,
      MAX_THREADS: 1024,
      MAX_WARPS_PER_SM: 64,
      MAX_BLOCKS_PER_SM: 32,
      REGISTERS_PER_SM: 65_536,
      MAX_REGISTERS: 255,
      REGISTER_UNIT: 256,
      SHARED_BYTES: 232_448,
      SHARED_BYTES_PER_SM: 233_472,
      SHARED_RESERVED: 1024,
      SHARED_UNIT: 128,
      L2_BYTES: 52_428_800,
      BANDWIDTH_GBS: 3352,
      COMPUTE_CAPABILITY: 90,
    })
  })

  test('of webgpu-default', () => {
    expect(limits(device('webgpu-default'))).toEqual({
      MAX_THREADS: 256,
      MAX_BLOCK_X: 256,
      MAX_BLOCK_Y: 256,
      MAX_BLOCK_Z: 64,
      MAX_GRID: 65_535,
      SHARED_BYTES: 16_384,
      MAX_BUFFERS: 8,
      MAX_BINDING_BYTES: 134_217_728,
      HAS_F16: 0,
      HAS_SUBGROUPS: 0,
      SUBGROUP_MIN: 4,
      SUBGROUP_MAX: 128,
      IS_SOFTWARE: 0,
    })
  })

  test('12.0 is 120, 7.5 is 75', () => {
    expect(limits(device('rtx-5090'))['COMPUTE_CAPABILITY']).toBe(120)
    expect(limits(device('t4'))['COMPUTE_CAPABILITY']).toBe(75)
  })

  test('are integers for every device and every architecture', () => {
    const architectures = ['sm_70', 'sm_75', 'sm_80', 'sm_86', 'sm_89', 'sm_90', 'sm_100', 'sm_120']
    for (const part of [...devices(), ...architectures.map(device)])
      for (const [name, value] of Object.entries(limits(part))) {
        expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/)
        expect(Number.isSafeInteger(value) && value >= 0, `${part.name} ${name} = ${value}`).toBe(true)
      }
  })
})

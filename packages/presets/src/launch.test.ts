import { device } from '@tilewright/devices'
import type { Plan } from '@tilewright/kernels'
import { describe, expect, test } from 'vitest'
import { launchViolations } from './launch.ts'
import type { CompilerReport } from './preset.ts'

const PLAN: Plan = {
  buffers: [{ name: 'Wx', role: 'input', dtype: 'bf16', shape: [16, 1024, 1024] }],
  dispatches: [
    {
      entryPoint: 'lstm',
      grid: [132, 1, 1],
      block: [256, 1, 1],
      sharedBytes: 100_000,
      cooperative: true,
      buffers: ['Wx'],
      scalars: [],
    },
  ],
}
const REPORT: CompilerReport = { architecture: 'sm_90', registers: 255, spillBytes: 0, stackBytes: 0, sharedBytes: 0 }
const dispatching = (change: Partial<Plan['dispatches'][number]>): Plan => ({
  ...PLAN,
  dispatches: [{ ...PLAN.dispatches[0]!, ...change }],
})

describe('launchViolations', () => {
  test('a plan that fits has none', () => {
    expect(launchViolations(device('h100-sxm'), PLAN, REPORT)).toEqual([])
    expect(launchViolations(device('webgpu-default'), dispatching({ sharedBytes: 0 }))).toEqual([])
  })

  test.each<[string, Plan, CompilerReport | undefined, readonly string[]]>([
    [
      'h100-sxm',
      dispatching({ grid: [133, 1, 1] }),
      REPORT,
      [
        'lstm: 133 blocks have to be resident at once, 132 can be: a block of 256 threads, 255 registers and 100000 bytes of shared memory, limited by registers',
      ],
    ],
    [
      'h100-sxm',
      dispatching({ sharedBytes: 232_448 }),
      { ...REPORT, sharedBytes: 1 },
      [
        'lstm: a block of 256 threads, 255 registers and 232449 bytes of shared memory does not fit a multiprocessor, limited by shared',
      ],
    ],
    [
      't4',
      PLAN,
      undefined,
      [
        'lstm: a block of 256 threads, 0 registers and 100000 bytes of shared memory does not fit a multiprocessor, limited by shared',
      ],
    ],
    [
      'webgpu-default',
      dispatching({ block: [512, 1, 1], grid: [1, 70_000, 1] }),
      undefined,
      [
        'lstm: 512 threads, the device allows 256',
        'lstm: 512 threads along x, the device allows 256',
        'lstm: 70000 blocks along one axis, the device allows 65535',
      ],
    ],
    [
      'webgpu-default',
      { ...PLAN, buffers: [{ name: 'Wx', role: 'input', dtype: 'f32', shape: [2 ** 25 + 1] }] },
      undefined,
      ['Wx is 134217732 bytes, the device allows 134217728'],
    ],
    [
      't4',
      {
        ...dispatching({ sharedBytes: 0 }),
        buffers: [{ name: 'Wx', role: 'input', dtype: 'f32', shape: [2 ** 32 + 1] }],
      },
      undefined,
      ['the buffers are 17179869188 bytes, the device has 17179869184'],
    ],
  ])('%s cannot launch plan %#', (name, plan, report, violations) => {
    expect(launchViolations(device(name), plan, report)).toEqual(violations)
  })

  test('blocks that need not be resident together may be as many as one likes', () => {
    const plan = dispatching({ grid: [100_000, 1, 1], cooperative: false })
    expect(launchViolations(device('h100-sxm'), plan, REPORT)).toEqual([])
  })
})

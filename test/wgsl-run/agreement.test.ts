import { webgpuBackend } from '@tilewright/backend-webgpu'
import { nodeGpu } from '@tilewright/backend-webgpu/node'
import type { Backend } from '@tilewright/tuner'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { expectAgreement } from '../support/agreement.ts'
import type { Case } from '../support/kernels.ts'
import { ALGORITHMS } from '../support/scan.ts'

// A driver on the CPU unrolls the loop over a thread's steps: short ones compile in a second.
const rule = 'ITEMS * VECTOR <= 4 and CHUNK <= 32'
const algorithms = ALGORITHMS.filter((algorithm) => algorithm !== 'look-back')

let backend: Backend

beforeAll(async () => {
  backend = await webgpuBackend(await nodeGpu(), { name: 'webgpu:0' })
})

afterAll(() => backend.close())

describe.each(['forward', 'backward'] as const)('%s', (pass) => {
  test.each([
    { cell: 'mingru', dtype: 'f32', count: 2 },
    { cell: 'sru', dtype: 'f16', count: 2 },
  ] as const)(
    '$cell $dtype: all configurations give the same numbers, and each the same bits',
    ({ count, ...given }) => {
      const each: Case = { ...given, pass, batch: 2, time: 200, heads: 1, headDim: 20 }
      return expectAgreement([backend], each, { algorithms, count, rule })
    },
  )
})

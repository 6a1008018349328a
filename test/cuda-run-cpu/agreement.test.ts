import { cudaCpuBackend } from '@tilewright/backend-cuda'
import type { Backend } from '@tilewright/tuner'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { expectAgreement } from '../support/agreement.ts'
import type { Case } from '../support/kernels.ts'
import { ALGORITHMS } from '../support/scan.ts'
import { toolchain } from '../support/toolchain.ts'

/** Of the orders in which blocks and threads run. */
const ORDERS = [1, 2, 3]

let backends: readonly Backend[]

beforeAll(async () => {
  const found = await toolchain()
  backends = ORDERS.map((seed) => cudaCpuBackend({ toolchain: found, seed }))
})

afterAll(() => Promise.all(backends.map((backend) => backend.close())))

describe.each(['forward', 'backward'] as const)('%s', (pass) => {
  test.concurrent.each([
    { cell: 'mingru', dtype: 'f32', count: 3 },
    { cell: 'sru', dtype: 'f32', count: 1 },
    { cell: 'sru', dtype: 'bf16', count: 2 },
  ] as const)(
    '$cell $dtype: all configurations give the same numbers, and each the same bits',
    ({ count, ...given }) => {
      const each: Case = { ...given, pass, batch: 2, time: 200, heads: 1, headDim: 20 }
      return expectAgreement(backends, each, { algorithms: ALGORITHMS, count, rule: 'CHUNK <= 64' })
    },
  )
})

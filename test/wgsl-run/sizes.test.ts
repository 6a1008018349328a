import { webgpuBackend } from '@tilewright/backend-webgpu'
import { nodeGpu } from '@tilewright/backend-webgpu/node'
import type { Backend } from '@tilewright/tuner'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { ALGORITHMS } from '../support/scan.ts'
import { CHANNELS, expectAccurateLongTime, expectAccurateSizes } from '../support/sizes.ts'

// A driver on the CPU unrolls the loop over a thread's steps: short ones compile in a second.
const rule = 'ITEMS * VECTOR <= 4 and CHUNK <= 32'
const algorithms = ALGORITHMS.filter((algorithm) => algorithm !== 'look-back')

let backend: Backend

beforeAll(async () => {
  backend = await webgpuBackend(await nodeGpu(), { name: 'webgpu:0' })
})

afterAll(() => backend.close())

describe.each(['forward', 'backward'] as const)('%s', (pass) => {
  test.each(CHANNELS)('%i channels, from one step to thousands: errors below 5e-6', (headDim) =>
    expectAccurateSizes(backend, algorithms, { pass, headDim, rule }),
  )

  test.each(algorithms)('%s: 65,536 steps, and gates that are open or shut: errors below 5e-6', (algorithm) =>
    expectAccurateLongTime(backend, algorithm, { pass, rule }),
  )
})

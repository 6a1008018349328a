import { webgpuBackend } from '@tilewright/backend-webgpu'
import { nodeGpu } from '@tilewright/backend-webgpu/node'
import { familyOf, problemText, type Configuration } from '@tilewright/kernels'
import { verify, type Backend } from '@tilewright/tuner'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configurations, kernelId, oddCases, problemOf, SEED, type Case } from '../support/kernels.ts'
import { expectRaggedCheckpoints } from '../support/ragged.ts'
import { expectResetSeparates } from '../support/reset.ts'
import { ALGORITHMS, configurationsOf, FLAGS, type Algorithm } from '../support/scan.ts'

let backend: Backend

beforeAll(async () => {
  backend = await webgpuBackend(await nodeGpu(), { name: 'webgpu:0' })
})

afterAll(() => backend.close())

async function expectCorrect(each: Case, configs: readonly Configuration[]): Promise<void> {
  const problem = problemOf(each)
  expect(configs.length, problemText(problem)).toBeGreaterThan(0)
  for (const config of configs) {
    const { status, message } = await verify({ id: kernelId(each, 'wgsl'), problem, backend, config, seed: SEED })
    expect(status, `${problemText(problem)} ${JSON.stringify(config)} seed ${SEED}: ${message}`).toBe('correct')
  }
}

// A driver on the CPU unrolls loops over steps and over time lanes, and compiles long ones for seconds.
const FEW = 'ITEMS * VECTOR <= 8'
const isFew = ({ ITEMS, VECTOR }: Configuration): boolean => ITEMS! * VECTOR! <= 8
const algorithms: readonly Algorithm[] = ALGORITHMS.filter((algorithm) => algorithm !== 'look-back')

test.each(oddCases('f32'))('$cell $pass, head dim $headDim agrees with the float64 reference', (each) =>
  expectCorrect(
    each,
    familyOf(each.cell) === 'scan'
      ? configurations(each, backend.device, 12).filter(isFew).slice(0, 2)
      : configurations(each, backend.device, 1),
  ),
)

describe.each(['forward', 'backward'] as const)('a scan %s', (pass) => {
  test.each(FLAGS.map((flags, index) => ({ flags, index })))(
    '$flags: every algorithm agrees with the float64 reference',
    async ({ flags, index }) => {
      const time = flags.layout === 'bdt' ? 300 : 301
      const each: Case = { cell: 'mingru', pass, dtype: 'f32', batch: 3, time, heads: 1, headDim: 100, ...flags }
      for (const [turn, algorithm] of algorithms.entries()) {
        // Widths take turns: each meets every algorithm and flag in some case.
        const items = flags.layout === 'bdt' ? 8 : Math.max(2, flags.checkpoint ?? 1)
        const vector = [1, 2, flags.layout === 'bdt' ? 4 : Math.min(4, 8 / items)][(turn + index) % 3]!
        const rule = `VECTOR == ${vector} and ITEMS == ${items} and CHUNK <= 4 * ITEMS`
        await expectCorrect(each, configurationsOf(each, backend.device, algorithm, { count: 1, rule }))
      }
    },
  )

  test.each(algorithms)('%s: a reset separates what overflows from what follows', (algorithm) =>
    expectResetSeparates(backend, algorithm, { pass, rule: `${FEW} and CHUNK <= 32` }),
  )

  test('over many chunks agrees with the float64 reference', () => {
    const each: Case = { cell: 'mingru', pass, dtype: 'f32', batch: 1, time: 4096, heads: 1, headDim: 12 }
    return expectCorrect(each, configurationsOf(each, backend.device, 'block', { count: 1, rule: FEW }))
  })
})

test.each(algorithms)(
  '%s: checkpoints of sequences of their own lengths are those of each sequence alone',
  (algorithm) => expectRaggedCheckpoints(backend, algorithm, { checkpoint: 4, rule: `${FEW} and CHUNK <= 32` }),
)

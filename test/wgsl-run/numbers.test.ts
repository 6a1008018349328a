import { webgpuBackend } from '@tilewright/backend-webgpu'
import { nodeGpu } from '@tilewright/backend-webgpu/node'
import { familyOf, problemText, type Configuration } from '@tilewright/kernels'
import { verify, type Backend } from '@tilewright/tuner'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configurations, kernelId, oddCases, problemOf, SEED, type Case } from '../support/kernels.ts'
import { ALGORITHMS, scanCases, wgslConfigurations } from '../support/scan-cases.ts'

let backend: Backend

beforeAll(async () => {
  backend = await webgpuBackend(await nodeGpu(), { name: 'webgpu:0' })
})

afterAll(() => backend.close())

async function expectCorrect(each: Case, configs: readonly Configuration[]): Promise<void> {
  const problem = problemOf(each)
  for (const config of configs) {
    const { status, message } = await verify({ id: kernelId(each, 'wgsl'), problem, backend, config, seed: SEED })
    expect(status, `${problemText(problem)} ${JSON.stringify(config)} seed ${SEED}: ${message}`).toBe('correct')
  }
}

// A driver on the CPU unrolls what a thread does for its steps, and compiles many of them for seconds.
const compilesSoon = ({ ITEMS = 1, VECTOR = 1 }: Configuration): boolean => ITEMS * VECTOR <= 8

test.each(oddCases('f32'))('$cell $pass, head dim $headDim agrees with the float64 reference', (problem) =>
  expectCorrect(
    problem,
    familyOf(problem.cell) === 'scan'
      ? wgslConfigurations(problem, backend.device, compilesSoon, 2)
      : configurations(problem, backend.device, 1),
  ),
)

test.each(scanCases.map((each, index) => ({ ...each, index })))(
  '$what, $problem.pass: every algorithm agrees with the float64 reference',
  async ({ problem, index }) => {
    // The widths take turns, so that each meets every algorithm, layout and flag in some case.
    for (const [turn, isAlgorithm] of Object.values(ALGORITHMS).entries()) {
      const vector = [1, 2, 4][(turn + (index >> 1)) % 3]
      const isWanted = (config: Configuration): boolean =>
        isAlgorithm(config) &&
        config['VECTOR'] === vector &&
        config['ITEMS'] === Math.max(2, problem.layout === 'bdt' ? vector! : 1)
      await expectCorrect(problem, wgslConfigurations(problem, backend.device, isWanted, 1))
    }
  },
)

test.each(['forward', 'backward'] as const)('a scan %s over many chunks agrees with the float64 reference', (pass) => {
  const problem: Case = { cell: 'mingru', pass, dtype: 'f32', batch: 1, time: 4096, heads: 1, headDim: 12 }
  return expectCorrect(problem, configurations(problem, backend.device, 0))
})

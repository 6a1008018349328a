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

test.each(scanCases.map((each, index) => ({ ...each, index: index >> 1 })))(
  '$what, $problem.pass: every algorithm agrees with the float64 reference',
  async ({ problem, index }) => {
    // Widths, and whether parts are walked by one thread or several, take turns: each meets every algorithm and layout.
    const algorithms = ['serial', 'block', index % 2 === 0 ? 'serial parts' : 'block parts']
    for (const [turn, algorithm] of algorithms.entries()) {
      const width = [1, 2, 4][(turn + index) % 3]!
      const items = problem.layout === 'bdt' ? Math.max(2, width) : 2
      const isWanted = (config: Configuration): boolean =>
        ALGORITHMS[algorithm]!(config) && config['VECTOR'] === width && config['ITEMS'] === items
      await expectCorrect(problem, wgslConfigurations(problem, backend.device, isWanted, 1))
    }
  },
)

test.each(['forward', 'backward'] as const)('a scan %s over many chunks agrees with the float64 reference', (pass) => {
  const problem: Case = { cell: 'mingru', pass, dtype: 'f32', batch: 1, time: 4096, heads: 1, headDim: 12 }
  const isWanted = (config: Configuration): boolean => compilesSoon(config) && ALGORITHMS['block']!(config)
  return expectCorrect(problem, wgslConfigurations(problem, backend.device, isWanted, 1))
})

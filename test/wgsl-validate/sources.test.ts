import { validateWgsl } from '@tilewright/backend-webgpu/node'
import { device, type Device, type WebgpuDevice } from '@tilewright/devices'
import { problemText, spaceOf, type Configuration } from '@tilewright/kernels'
import { all } from '@tilewright/solver'
import { expect, test } from 'vitest'
import { configurations, kernelId, oddCases, problemOf, rendered, type Case } from '../support/kernels.ts'
import { ALGORITHMS, scanCases, wgslConfigurations } from '../support/scan-cases.ts'

const plain = device('webgpu-default') as WebgpuDevice
// A backward scan binds more buffers than the 8 that every adapter has.
const roomy: WebgpuDevice = { ...plain, limits: { ...plain.limits, maxStorageBuffersPerShaderStage: 16 } }

function adapterFor({ pass }: Case): Device {
  return pass === 'backward' ? roomy : plain
}

async function expectValid(each: Case, config: Readonly<Record<string, number>>): Promise<void> {
  const { source } = rendered(each, adapterFor(each), config)
  const messages = await validateWgsl(source)
  const told = messages
    .filter(({ type }) => type !== 'info')
    .map(({ line, column, text }) => `${line}:${column} ${text}`)
  expect(told, `${problemText(problemOf(each))} ${JSON.stringify(config)}`).toEqual([])
}

test.each(oddCases('f32'))(
  '$cell $pass, head dim $headDim: Dawn accepts the best and sampled configurations',
  async (problem) => {
    for (const config of configurations(problem, adapterFor(problem), 5)) await expectValid(problem, config)
  },
)

test.each([
  ['mingru', 'forward'],
  ['linear', 'backward'],
  ['lstm', 'forward'],
] as const)('%s %s: Dawn accepts every configuration of a small space', async (cell, pass) => {
  const problem: Case = { cell, pass, dtype: 'f32', batch: 2, time: 9, heads: 1, headDim: 16 }
  const { names, columns, length } = all(spaceOf(kernelId(problem, 'wgsl'), problemOf(problem), adapterFor(problem)))
  expect(length).toBeGreaterThan(10)
  for (let row = 0; row < length; row++)
    await expectValid(problem, Object.fromEntries(names.map((name, i) => [name, columns[i]![row]!])))
})

test.each(scanCases)('$what, $problem.pass: Dawn accepts every algorithm at every width', async ({ problem }) => {
  for (const isAlgorithm of Object.values(ALGORITHMS))
    for (const vector of [1, 2, 4]) {
      const isWanted = (config: Configuration): boolean => isAlgorithm(config) && config['VECTOR'] === vector
      for (const config of wgslConfigurations(problem, roomy, isWanted, 2)) await expectValid(problem, config)
    }
})

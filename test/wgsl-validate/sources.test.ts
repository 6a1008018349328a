import { validateWgsl } from '@tilewright/backend-webgpu/node'
import { device, type Device, type WebgpuDevice } from '@tilewright/devices'
import { problemText, spaceOf } from '@tilewright/kernels'
import { all } from '@tilewright/solver'
import { describe, expect, test } from 'vitest'
import { configurations, kernelId, oddCases, problemOf, rendered, type Case } from '../support/kernels.ts'
import { ALGORITHMS, configurationsOf, FLAGS } from '../support/scan.ts'

const plain: WebgpuDevice = { ...(device('webgpu-default') as WebgpuDevice), features: ['shader-f16', 'subgroups'] }
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

describe.each(['forward', 'backward'] as const)('a scan %s', (pass) => {
  test.each(['btd', 'bdt'] as const)('%s: Dawn accepts f16 and subgroups in one kernel', async (layout) => {
    const each: Case = { cell: 'mingru', pass, dtype: 'f16', layout, batch: 3, time: 300, heads: 1, headDim: 100 }
    for (const algorithm of ['block', 'parts'] as const)
      for (const config of configurationsOf(each, roomy, algorithm, { count: 3, rule: 'SUBGROUPS == 1' }))
        await expectValid(each, config)
  })

  test.each(FLAGS)('%o: Dawn accepts every algorithm at every width', async (flags) => {
    const time = flags.layout === 'bdt' ? 300 : 301
    const each: Case = { cell: 'mingru', pass, dtype: 'f32', batch: 3, time, heads: 1, headDim: 100, ...flags }
    for (const algorithm of ALGORITHMS.filter((name) => name !== 'look-back'))
      for (const vector of [1, 2, 4]) {
        const drawn = { count: 3, rule: `VECTOR == ${vector}` }
        for (const config of configurationsOf(each, roomy, algorithm, drawn)) await expectValid(each, config)
      }
  })
})

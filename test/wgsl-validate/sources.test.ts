import { validateWgsl } from '@tilewright/backend-webgpu/node'
import { device } from '@tilewright/devices'
import { problemText, spaceOf, type Problem } from '@tilewright/kernels'
import { all } from '@tilewright/solver'
import { expect, test } from 'vitest'
import { configurations, kernelId, oddProblems, rendered } from '../support/kernels.ts'

const adapter = device('webgpu-default')

async function expectValid(problem: Problem, config: Readonly<Record<string, number>>): Promise<void> {
  const { source } = rendered(problem, adapter, config)
  const messages = await validateWgsl(source)
  const told = messages
    .filter(({ type }) => type !== 'info')
    .map(({ line, column, text }) => `${line}:${column} ${text}`)
  expect(told, `${problemText(problem)} ${JSON.stringify(config)}`).toEqual([])
}

test.each(oddProblems('f32'))(
  '$cell, head dim $headDim: Dawn accepts the best and sampled configurations',
  async (problem) => {
    for (const config of configurations(problem, adapter, 5)) await expectValid(problem, config)
  },
)

test.each(['mingru', 'lstm'])('%s: Dawn accepts every configuration of a small space', async (cell) => {
  const problem: Problem = { cell, dtype: 'f32', batch: 2, time: 9, heads: 1, headDim: 16 }
  const { names, columns, length } = all(spaceOf(kernelId(problem, 'wgsl'), problem, adapter))
  expect(length).toBeGreaterThan(10)
  for (let row = 0; row < length; row++)
    await expectValid(problem, Object.fromEntries(names.map((name, i) => [name, columns[i]![row]!])))
})

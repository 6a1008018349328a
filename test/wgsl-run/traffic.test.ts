import { webgpuBackend } from '@tilewright/backend-webgpu'
import { nodeGpu } from '@tilewright/backend-webgpu/node'
import { generate } from '@tilewright/codegen'
import { derive, problemText, sampleInputs, tensorsOf, type Configuration, type TensorSpec } from '@tilewright/kernels'
import type { Backend } from '@tilewright/tuner'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { counted, countsOf } from '../support/counted-accesses.ts'
import { kernelId, problemOf, SEED, type Case } from '../support/kernels.ts'
import { configurationsOf } from '../support/scan.ts'

let backend: Backend

beforeAll(async () => {
  backend = await webgpuBackend(await nodeGpu(), { name: 'webgpu:0' })
})

afterAll(() => backend.close())

const base = { dtype: 'f32', batch: 3, time: 300, heads: 1, headDim: 40 } as const
const CASES: readonly Case[] = [
  { ...base, cell: 'mingru' },
  { ...base, cell: 'mingru', dtype: 'f16', packed: ['hidden', 'gate'] },
  { ...base, cell: 'sru', layout: 'tbd' },
  { ...base, cell: 'minlstm', layout: 'bdt' },
  { ...base, cell: 'mingru', pass: 'backward' },
  { ...base, cell: 'minlstm', pass: 'backward', packed: ['hidden', 'forget', 'input'] },
  { ...base, cell: 'sru', pass: 'backward', dtype: 'f16', layout: 'tbd' },
]

/** How often vectors of the tensors over time must be read and written at least. */
function leastAccesses(each: Case, config: Configuration): Readonly<Record<string, number>> {
  const id = kernelId(each, 'wgsl')
  const problem = problemOf(each)
  const names = ['VECTOR', 'PARTS', 'PART_CHUNKS', 'CHUNK']
  const { VECTOR, PARTS, PART_CHUNKS, CHUNK } = derive(id, problem, config, names) as Record<string, number>
  // Of parts all but the last, which are whole, are read twice.
  const again = (PARTS! - 1) * PART_CHUNKS! * CHUNK!
  const { inputs, outputs } = tensorsOf(problem, id.pass)
  const isOverTime = ({ axes }: TensorSpec): boolean => axes.includes('t') && axes.includes('c')
  const vectorsOf = ({ shape }: TensorSpec): number => shape.reduce((product, extent) => product * extent, 1) / VECTOR!
  // The backward pass reads the state that enters each step: h0 for the first one, h of the step before for the others.
  const stepsRead = ({ name }: TensorSpec): number => problem.time - (name === 'h' ? 1 : 0) + again
  return Object.fromEntries([
    ...inputs.filter(isOverTime).map((each) => [each.name, (vectorsOf(each) * stepsRead(each)) / problem.time]),
    ...outputs.filter(isOverTime).map((each) => [each.name, vectorsOf(each)]),
  ])
}

test.each(CASES)('$cell $pass $dtype $layout: each vector is read and written as often as it must be', async (each) => {
  const id = kernelId(each, 'wgsl')
  const problem = problemOf(each)
  const items = each.layout === 'bdt' ? 8 : 2
  for (const [turn, algorithm] of (['serial', 'block', 'parts'] as const).entries()) {
    const rule = `VECTOR == ${[1, 4, 2][turn]} and ITEMS == ${items} and CHUNK <= 4 * ITEMS`
    const [config] = configurationsOf(each, backend.device, algorithm, { count: 1, rule })
    const kernel = counted(generate({ ...id, problem, config: config! }))
    const loaded = await backend.load(kernel)
    if (loaded.status !== 'loaded') throw new Error(loaded.message)
    const ran = await loaded.run(kernel.plan, sampleInputs(problem, id.pass, SEED))
    loaded.release()
    if (ran.status !== 'ran') throw new Error(ran.message)
    const what = `${problemText(problem)} ${JSON.stringify(config)} seed ${SEED}`
    expect(countsOf(kernel, ran.outputs), what).toMatchObject(leastAccesses(each, config!))
  }
})

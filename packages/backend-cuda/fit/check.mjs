// Holds the register rule against the compiler: whether what it admits spills, and what it excludes that would not.
import { device } from '@tilewright/devices'
import { generate } from '@tilewright/codegen'
import { spaceOf } from '@tilewright/kernels'
import { best, bind, evaluate, parse, sample } from '@tilewright/solver'
import { compile } from '../dist/index.js'
import { spaceWithoutRule } from './rules.mjs'
import { pooled } from './sweep.mjs'

export const CHECKED = {
  id: { kernel: 'recurrent-fused', pass: 'forward', target: 'cuda' },
  devices: ['h100-sxm', 'a100-80gb', 'rtx-4090', 'l4'],
  dtypes: ['bf16', 'f32'],
  headDims: [32, 64, 128, 256, 512, 768, 1024, 1536, 2048],
}

// Which problems are drawn: head dims from 32 to 2048, as many in each octave, most of them multiples of nothing.
const PROBLEMS = bind(
  parse(`
    param DTYPE in 0..1
    param BATCH in [1, 4, 16, 64]
    param HEADS in [1, 4]
    param EIGHTH_OCTAVES in 0..48`),
  {},
)

/** `size` configurations for each device: a problem uniformly, then one of its space uniformly. */
export function drawn({ id, devices, dtypes }, size, seed) {
  return devices.flatMap((name, d) => {
    const points = []
    for (let i = 0; points.length < size; i++) {
      const [{ DTYPE, BATCH, HEADS, EIGHTH_OCTAVES }] = sample(PROBLEMS, 1, seed + 100_000 * d + i)
      const headDim = Math.round(32 * 2 ** (EIGHTH_OCTAVES / 8))
      const problem = { cell: 'lstm', dtype: dtypes[DTYPE], batch: BATCH, time: 1024, heads: HEADS, headDim }
      const [config] = sample(spaceOf(id, problem, device(name)), 1, seed + i)
      if (config) points.push({ device: name, problem, config })
    }
    return points
  })
}

/** What the compiler says of configurations on their devices, with the launch bounds that the kernels have. */
export async function compiledAll({ id }, points, { toolchain, cacheFolder, jobs, report }) {
  let done = 0
  return pooled(points, jobs, async (point) => {
    const result = { ...point, ...(await verdictOf(id, point, { toolchain, cacheFolder })) }
    report(++done)
    return result
  })
}

/**
 * The best cost that the rules admit for each device, dtype and head dim (batch 16), beside the best of what the register
 * rule alone excludes, and the best of that which compiles within the registers all the same. No cost where there is none.
 */
export async function optima({ id, devices, dtypes, headDims }, { toolchain, cacheFolder, jobs, report }) {
  const cases = devices.flatMap((name) =>
    dtypes.flatMap((dtype) => headDims.map((headDim) => ({ device: name, dtype, headDim }))),
  )
  let done = 0
  return pooled(cases, jobs, async (one) => {
    const problem = { cell: 'lstm', dtype: one.dtype, batch: 16, time: 1024, heads: 1, headDim: one.headDim }
    const admitted = best(spaceOf(id, problem, device(one.device)), 1)[0]?.objective
    const excluded = excludedBelow(id, problem, device(one.device), admitted ?? Infinity)
    let compiled = 0
    let fitting
    for (const { config, objective, canFit } of excluded) {
      if (!canFit) continue
      const { spillBytes, registers, allowed } = await verdictOf(
        id,
        { device: one.device, problem, config },
        { toolchain, cacheFolder },
      )
      compiled++
      if (spillBytes > 0 || registers > allowed) continue
      fitting = objective
      break
    }
    report(++done, cases.length)
    return { ...one, admitted, excluded: excluded[0]?.objective, fitting, compiled }
  })
}

/** What the register rule alone excludes and costs less than `limit`, cheapest first. */
function excludedBelow(id, problem, on, limit) {
  const space = spaceWithoutRule(id, problem, on)
  return best(space, 100_000)
    .filter(({ objective }) => objective < limit)
    .map(({ configuration: config, objective }) => {
      const names = ['NEED_REGISTERS', 'CACHED_VALUES', 'SUM_VALUES', 'REGISTERS']
      const lets = evaluate(space.model, { ...space.givens, ...config }, names)
      return {
        config,
        objective,
        isExcluded: lets.NEED_REGISTERS > lets.REGISTERS,
        canFit: lets.CACHED_VALUES + lets.SUM_VALUES < lets.REGISTERS,
      }
    })
    .filter(({ isExcluded }) => isExcluded)
}

async function verdictOf(id, { device: name, problem, config }, { toolchain, cacheFolder }) {
  const on = device(name)
  const { source } = generate({ ...id, problem, config })
  const compiled = await compile(source, { toolchain, architecture: on.architecture, cacheFolder })
  if (compiled.status !== 'compiled') throw new Error(`${name}: ${compiled.message}`)
  const { registers, spillBytes } = Object.values(compiled.reports)[0]
  const space = spaceOf(id, problem, on)
  const { NEED_REGISTERS, REGISTERS } = evaluate(space.model, { ...space.givens, ...config }, [
    'NEED_REGISTERS',
    'REGISTERS',
  ])
  return { registers, spillBytes, needed: NEED_REGISTERS, allowed: REGISTERS }
}

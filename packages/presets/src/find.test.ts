import { device } from '@tilewright/devices'
import { rulesHash, spaceOf } from '@tilewright/kernels'
import type { Configuration, KernelId, Problem } from '@tilewright/kernels'
import { best } from '@tilewright/solver'
import type { Ranked } from '@tilewright/solver'
import { describe, expect, test } from 'vitest'
import { FILE, MEASURED, MODEL } from '../test/samples.ts'
import { findPreset } from './find.ts'
import type { PresetAnswer } from './find.ts'
import type { Preset, PresetFile } from './preset.ts'
import { publishedPresets } from './published.ts'
import { validatePreset } from './validate.ts'

const ID: KernelId = { kernel: 'recurrent-fused', pass: 'forward', target: 'cuda' }
const PROBLEM: Problem = { cell: 'lstm', dtype: 'bf16', batch: 16, time: 1024, heads: 1, headDim: 256 }
const RANKED = best(spaceOf(ID, PROBLEM, device('h100-sxm')), 20_000)
const OPTIMUM = choice(RANKED[0])
// Legal, and within a fifth of the optimum; and legal, but far from it.
const SECOND = choice(RANKED[1])
const POOR = choice(RANKED.findLast(({ objective }) => objective > 1.3 * OPTIMUM.cost))

// Each solves a space of some ten thousand configurations, which a busy machine takes seconds for.
describe('findPreset', { timeout: 60_000 }, () => {
  test('takes the preset of exactly this problem, whatever the model thinks of it', () => {
    const preset = measured({ config: POOR.config })
    const answer = find([fileOf('h100-sxm', [measured({ problem: { ...PROBLEM, batch: 8 } }), preset])])
    expect(answer).toMatchObject({ found: 'exact', evidence: 'measured', config: POOR.config, preset })
    expect(answer.reason).toBe('measured preset of h100-sxm for exactly this problem')
    expect(Object.keys(configOf(answer))).toEqual(Object.keys(POOR.config))
  })

  test('takes the nearest problem of the class, and no more of its evidence than carries over', () => {
    const far = measured({ problem: { ...PROBLEM, batch: 8, time: 256 }, config: OPTIMUM.config })
    const near = measured({ problem: { ...PROBLEM, time: 512 }, config: SECOND.config })
    const answer = find([fileOf('h100-sxm', [far, near])])
    expect(answer).toMatchObject({ found: 'nearest', evidence: 'compiled', config: SECOND.config, preset: near })
    expect(answer.reason).toBe(
      'no preset of h100-sxm is for this problem; the nearest, for lstm, batch 16, time 512, heads 1, head dim 256, bf16, is legal here',
    )
  })

  test('takes the preset of another device of the architecture', () => {
    const preset = measured({ config: SECOND.config })
    const answer = find([fileOf('h200-sxm', [preset])])
    expect(answer).toMatchObject({ found: 'architecture', evidence: 'compiled', config: SECOND.config })
    expect(answer.reason).toBe(
      'no preset of h100-sxm fits; that of h200-sxm, which has the same architecture, for lstm, batch 16, time 1024, heads 1, head dim 256, bf16, is legal here',
    )
  })

  test('prefers its own device to another, exact to near', () => {
    const neighbour = fileOf('h200-sxm', [measured({ config: OPTIMUM.config })])
    const own = fileOf('h100-sxm', [measured({ config: SECOND.config, problem: { ...PROBLEM, batch: 8 } })])
    expect(find([neighbour, own])).toMatchObject({ found: 'nearest', config: SECOND.config })
  })

  test('solves where nothing is published', () => {
    const answer = find([])
    expect(answer).toMatchObject({ found: 'solved', evidence: 'model', config: OPTIMUM.config })
    expect(answer.reason).toBe(
      'no preset of h100-sxm or its architecture is for a problem like this; solved on the spot for the optimum of the cost model',
    )
    expect(answer).not.toHaveProperty('preset')
  })

  test.each<[string, PresetFile]>([
    ['another architecture', { ...fileOf('h100-sxm', [measured({})]), architecture: 'sm_80', device: 'a100-80gb' }],
    ['another kernel', { ...fileOf('h100-sxm', [measured({})]), kernel: 'scan' }],
    ['another pass', { ...fileOf('h100-sxm', [measured({})]), pass: 'backward' }],
    ['another target', { ...fileOf('h100-sxm', [measured({})]), target: 'wgsl' }],
    ['another cell', fileOf('h100-sxm', [measured({ problem: { ...PROBLEM, cell: 'gru' } })])],
  ])('passes over a file of %s', (_, file) => {
    expect(find([file])).toMatchObject({ found: 'solved' })
  })

  test('passes over a preset that is not legal, and says which rule it breaks', () => {
    const config = { ...OPTIMUM.config, ROW_TILES: 3, WARPS_ROWS: 2 }
    const answer = find([fileOf('h100-sxm', [measured({ config })])])
    expect(answer).toMatchObject({ found: 'solved', config: OPTIMUM.config })
    expect(answer.reason).toMatch(
      /^the preset of h100-sxm for lstm, .* was passed over: .*warps share the rows evenly.*; solved/,
    )
  })

  test('passes over a preset of which the compiler says that it does not fit', () => {
    const compiler = { ...MEASURED.compiler!, registers: 32, sharedBytes: 232_448 }
    const answer = find([fileOf('h100-sxm', [{ ...measured({ config: SECOND.config }), compiler } as Preset])])
    expect(answer.reason).toMatch(/does not fit a multiprocessor, limited by shared; solved/)
  })

  test('passes over a preset of another problem that the model finds much worse than its optimum', () => {
    const preset = measured({ config: POOR.config, problem: { ...PROBLEM, time: 512 } })
    const answer = find([fileOf('h100-sxm', [preset])])
    expect(answer).toMatchObject({ found: 'solved', config: OPTIMUM.config })
    expect(answer.reason).toMatch(/was passed over: by the model it is \d+\.\d\d times the optimum; solved/)
  })

  test('says when the rules have changed since', () => {
    const provenance = { ...MODEL.provenance, rulesSha256: 'f'.repeat(64) }
    const answer = find([fileOf('h100-sxm', [{ ...measured({}), provenance }])])
    expect(answer.reason).toBe(
      'measured preset of h100-sxm for exactly this problem, though its rules have changed since it was made',
    )
  })

  test('explains where nothing can fit', () => {
    const answer = find([], { ...PROBLEM, headDim: 16_384 })
    expect(answer.status).toBe('infeasible')
    expect(answer.reason).toBe(
      'recurrent-fused forward cuda, lstm, batch 16, time 1024, heads 1, head dim 16384, bf16 on h100-sxm: no configuration fits',
    )
    if (answer.status === 'infeasible') expect(answer.explanation.conflict.length).toBeGreaterThan(0)
  })

  test('works on WebGPU, for a device that nobody has tabled', () => {
    const adapter = { ...device('lavapipe'), name: 'some-adapter' }
    const problem: Problem = { ...PROBLEM, dtype: 'f32', time: 16, headDim: 96 }
    const answer = findPreset({ ...ID, target: 'wgsl', device: adapter, problem }, [])
    expect(answer).toMatchObject({ status: 'found', found: 'solved' })
  })
})

test('what is solved is valid, and no longer when it is changed', () => {
  const h100 = device('h100-sxm')
  expect(validatePreset({ ...ID, problem: PROBLEM, config: OPTIMUM.config }, h100)).toEqual({ status: 'valid' })
  const { WARPS_K: _, ...rest } = OPTIMUM.config
  expect(validatePreset({ ...ID, problem: PROBLEM, config: { ...rest, WARP_K: 4 } }, h100)).toMatchObject({
    status: 'invalid',
    violations: [
      'WARPS_K is missing',
      expect.stringMatching(/^WARP_K is no parameter of the kernel; they are ROW_TILES, /),
    ],
  })
})

test('the published presets are valid on their devices', () => {
  for (const file of publishedPresets())
    for (const preset of file.presets)
      expect(validatePreset({ ...file, ...preset }, device(file.device)), JSON.stringify(preset)).toEqual({
        status: 'valid',
      })
})

function choice(found: Ranked | undefined): { readonly config: Configuration; readonly cost: number } {
  if (found === undefined) throw new Error('the space is too small for this test')
  return { config: found.configuration, cost: found.objective }
}

function find(files: readonly PresetFile[], problem: Problem = PROBLEM): PresetAnswer {
  return findPreset({ ...ID, device: 'h100-sxm', problem }, files)
}

function configOf(answer: PresetAnswer): Configuration {
  return answer.status === 'found' ? answer.config : {}
}

function fileOf(name: string, presets: readonly Preset[]): PresetFile {
  return { ...FILE, device: name, presets }
}

function measured(change: { readonly problem?: Problem; readonly config?: Configuration }): Preset {
  // As a file has it: keys sorted.
  const config = Object.fromEntries(
    Object.entries(change.config ?? OPTIMUM.config).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
  const provenance = { ...MEASURED.provenance, rulesSha256: rulesHash(ID) }
  // Registers of the sample are few, so that they fit whatever the rules allow.
  const compiler = { ...MEASURED.compiler!, registers: 32 }
  return { ...MEASURED, compiler, problem: change.problem ?? PROBLEM, config, provenance }
}

import type { Device } from '@tilewright/devices'
import { algorithmsOf, ofAlgorithm, problemText, spaceOf, type Configuration, type Problem } from '@tilewright/kernels'
import { bind, parse, sample } from '@tilewright/solver'
import { kernelId, problemOf, SEED, type Case } from './kernels.ts'

export type Algorithm = 'serial' | 'block' | 'parts' | 'look-back'
export const ALGORITHMS = algorithmsOf('scan') as readonly Algorithm[]

/** Every flag of a scan, alone and together with others. */
export const FLAGS: readonly Partial<Problem>[] = [
  {},
  { layout: 'tbd' },
  { layout: 'bdt' },
  { packed: ['hidden', 'gate'] },
  { packed: ['hidden', 'gate'], layout: 'bdt', resets: true },
  { packed: ['gate', 'hidden'], layout: 'tbd', resets: true },
  { resets: true },
  { cuSeqlens: true },
  { checkpoint: 4 },
  { checkpoint: 2, layout: 'bdt', resets: true },
  { checkpoint: 8, cell: 'sru', layout: 'tbd' },
  { cuSeqlens: true, resets: true, packed: ['hidden', 'gate'] },
  { cuSeqlens: true, checkpoint: 4, packed: ['gate', 'hidden'] },
]

/** `count` configurations of an algorithm, drawn uniformly; further rules may narrow them. */
export function configurationsOf(
  each: Case,
  device: Device,
  algorithm: Algorithm,
  { count, rule = 'CHUNK >= 1' }: { readonly count: number; readonly rule?: string },
): readonly Configuration[] {
  const problem = problemOf(each)
  const space = spaceOf(kernelId(each, device.api === 'cuda' ? 'cuda' : 'wgsl'), problem, device)
  const { model, givens } = ofAlgorithm(space, 'scan', algorithm)
  const names = new Set(rule.match(/\b[A-Z][A-Z0-9_]*\b/g))
  const { rules } = parse(`given ${[...names].join(', ')}\nrule "wanted" : ${rule}`)
  const found = sample(bind({ ...model, rules: [...model.rules, ...rules] }, givens), count, SEED)
  if (found.length === 0) throw new Error(`no ${algorithm} configuration fits ${problemText(problem)}`)
  return found
}

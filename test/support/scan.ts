import type { Device } from '@tilewright/devices'
import { algorithmsOf, ofAlgorithm, problemText, spaceOf, type Configuration } from '@tilewright/kernels'
import { bind, parse, sample } from '@tilewright/solver'
import { kernelId, problemOf, SEED, type Case } from './kernels.ts'

export { FLAGS } from './flags.mjs'

export type Algorithm = 'serial' | 'block' | 'parts' | 'look-back'
export const ALGORITHMS = algorithmsOf('scan') as readonly Algorithm[]

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

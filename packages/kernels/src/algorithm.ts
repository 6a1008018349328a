import { bind, parse, violated, type Space } from '@tilewright/solver'
import { family } from './families.ts'
import type { Configuration, FamilyName } from './problem.ts'

/** The ways in which a family can cut its work, of which a configuration is one; none where there is no choice. */
export function algorithmsOf(name: FamilyName): readonly string[] {
  return Object.keys(family(name).algorithms)
}

/** The configurations of a space that are of one algorithm. Throws `TypeError` for one that the family does not have. */
export function ofAlgorithm(space: Space, name: FamilyName, algorithm: string): Space {
  const { model, givens } = space
  return bind({ ...model, rules: [...model.rules, ...algorithmRules(name, algorithm)] }, givens)
}

function algorithmRules(name: FamilyName, algorithm: string): Space['model']['rules'] {
  const { algorithms } = family(name)
  const rule = algorithms[algorithm]
  if (rule === undefined)
    throw new TypeError(`${name}: no algorithm named ${algorithm}; there are ${Object.keys(algorithms).join(', ')}`)
  const names = [...new Set(rule.match(/\b[A-Z][A-Z0-9_]*\b/g))]
  return parse(`given ${names.join(', ')}\nrule "algorithm" : ${rule}`).rules
}

/** The algorithm of a configuration of the space; undefined where the family has no choice. */
export function algorithmOf(space: Space, name: FamilyName, configuration: Configuration): string | undefined {
  return algorithmsOf(name).find(
    (algorithm) => violated(ofAlgorithm(space, name, algorithm), configuration).length === 0,
  )
}

import type { Expression } from '../language/expression.ts'
import type { Definitions } from '../values/evaluate.ts'
import type { Hulls } from '../values/interval.ts'
import { conditionsOf, type Atom } from './atom.ts'
import { hullOf, type Domain } from './domain.ts'
import { eliminate } from './elimination.ts'
import { scopesOf, type BoundRule, type Space } from './space.ts'

/** What is searched: variables with their domains, and conditions over them. */
export interface Problem {
  readonly space: Space
  /** Of each variable of the space; those of computed variables are for their definitions to keep to. */
  readonly domains: readonly Domain[]
  readonly atoms: readonly Atom[]
  /** The lets, and what computed variables are equal to. */
  readonly definitions: Definitions
  /** Indices of the variables that are computed, ascending. */
  readonly computed: readonly number[]
  /** Which searched variables an expression reads: their indices, ascending. */
  readonly scope: (expression: Expression) => readonly number[]
}

export function problemOf(space: Space, rules: readonly BoundRule[]): Problem {
  const domains = space.variables.map(({ values }) => values)
  const indexOf = new Map(space.variables.map(({ name }, index) => [name, index]))
  const whole = conditionsOf(rules, hullsOf(space, indexOf, domains), space.lets)
  const { definitions, computed, conditions } = eliminate(space, whole)
  const scope = scopesOf(indexOf, definitions)
  const atoms = conditions.map((condition) => ({ condition, scope: scope(condition) }))
  return { space, domains, atoms, definitions, computed, scope }
}

/** Bounds of every name that is not a let: a given's value, a variable's least and largest. */
export function hullsOf(space: Space, indexOf: ReadonlyMap<string, number>, domains: readonly Domain[]): Hulls {
  return (name) => {
    const given = space.givens[name]
    if (given !== undefined) return [given, given]
    const index = indexOf.get(name)
    return index === undefined ? undefined : hullOf(domains[index]!)
  }
}

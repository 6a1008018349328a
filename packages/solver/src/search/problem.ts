import type { Expression } from '../language/expression.ts'
import type { Definitions } from '../values/evaluate.ts'
import { boundsUnder, type Bounds, type Hulls } from '../values/interval.ts'
import { conditionsOf, staysExact, type Atom } from './atom.ts'
import { hullOf, type Domain } from './domain.ts'
import { eliminate } from './elimination.ts'
import { scopesOf, type Space } from './space.ts'

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
  /** Of every name that is not a let: a given's value, a variable's least and largest. */
  readonly hulls: Hulls
  /** Of expressions, when each name keeps to its hull. */
  readonly bounds: Bounds
  /** Whether nothing that is computed for an expression can become too large, when each name keeps to its hull. */
  readonly isExact: (expression: Expression) => boolean
  /** Which searched variables an expression reads: their indices, ascending. */
  readonly scope: (expression: Expression) => readonly number[]
}

export function problemOf(space: Space): Problem {
  const domains = space.variables.map(({ values }) => values)
  const hulls = hullsOf(space, domains)
  const whole = conditionsOf(space.rules, boundsUnder(hulls, space.lets), space.lets)
  const { definitions, computed, conditions } = eliminate(space, whole)
  const scope = scopesOf(space.indexOf, definitions)
  const atoms = conditions.map((condition) => ({ condition, scope: scope(condition) }))
  const bounds = boundsUnder(hulls, definitions)
  const isExact = exactness((condition) => staysExact(condition, bounds, definitions))
  return { space, domains, atoms, definitions, computed, scope, hulls, bounds, isExact }
}

/** The same problem with other domains. */
export function withDomains(problem: Problem, domains: readonly Domain[]): Problem {
  if (domains.every((domain, index) => domain === problem.domains[index])) return problem
  const hulls = hullsOf(problem.space, domains)
  const { definitions } = problem
  const bounds = boundsUnder(hulls, definitions)
  // What was exact stays so: domains only get smaller.
  const isExact = exactness((condition) => problem.isExact(condition) || staysExact(condition, bounds, definitions))
  return { ...problem, domains, hulls, bounds, isExact }
}

/** The same judgement, made once for each expression. */
function exactness(judge: (expression: Expression) => boolean): (expression: Expression) => boolean {
  const known = new Map<Expression, boolean>()
  return (expression) => {
    const found = known.get(expression) ?? judge(expression)
    known.set(expression, found)
    return found
  }
}

function hullsOf(space: Space, domains: readonly Domain[]): Hulls {
  return (name) => {
    const given = space.givens[name]
    if (given !== undefined) return [given, given]
    const index = space.indexOf.get(name)
    return index === undefined ? undefined : hullOf(domains[index]!)
  }
}

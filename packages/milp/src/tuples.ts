import { violated } from '@tilewright/solver'
import type { Space } from '@tilewright/solver'
import { sumOf } from './costs.ts'
import type { BoundCosts, CostRow } from './costs.ts'
import { ModelError } from './errors.ts'
import { tooManyCombinations, tooManyTuples } from './messages.ts'

type Rule = Space['rules'][number]
type Domains = readonly (readonly number[])[]

/** Rules and costs over one set of variables, which become one table of allowed combinations. */
export interface Relation {
  /** Indices of variables, ascending. */
  readonly scope: readonly number[]
  readonly rules: readonly Rule[]
  readonly costs: readonly BoundCosts[]
}

/** One to two seconds of substitution; a rule over more combinations is for the solver, which does not list them. */
const MOST_COMBINATIONS = 1_000_000

/**
 * What reads two variables or more, by its variables. What reads a part of another's variables joins that table: the
 * relaxation becomes tighter, and there are fewer rows.
 */
export function relationsOf(space: Space, costs: readonly BoundCosts[]): readonly Relation[] {
  const parts = [...space.rules, ...costs].filter(({ scope }) => scope.length > 1)
  const scopes = parts.map(({ scope }) => scope)
  const largest = scopes.filter((scope, i) => {
    return !scopes.some((other, j) => i !== j && isPart(scope, other) && (scope.length < other.length || j < i))
  })
  const homeOf = (part: readonly number[]): readonly number[] => largest.find((scope) => isPart(part, scope))!
  return largest.map((scope) => ({
    scope,
    rules: space.rules.filter((rule) => rule.scope.length > 1 && homeOf(rule.scope) === scope),
    costs: costs.filter((table) => table.scope.length > 1 && homeOf(table.scope) === scope),
  }))
}

/** The domains without the values that break a rule of their variable alone, or have no cost. */
export function narrowedDomains(space: Space, domains: Domains, costs: readonly BoundCosts[]): Domains {
  return domains.map((values, variable) => {
    const isAlone = ({ scope }: { readonly scope: readonly number[] }): boolean =>
      scope.length === 1 && scope[0] === variable
    const holds = holdsAt(space, domains, { scope: [variable], rules: space.rules.filter(isAlone) })
    const own = costs.filter(isAlone)
    return values.filter((value) => sumOf(own, () => value) !== undefined && holds([value]))
  })
}

/**
 * The combinations that keep the relation's rules and have a cost, by plain substitution: the solver's search has no
 * part in it. Throws `E_MODEL` above `mostTuples`.
 */
export function tuplesOf(space: Space, domains: Domains, relation: Relation, mostTuples: number): readonly CostRow[] {
  const holds = holdsAt(space, domains, relation)
  const positions = new Map(relation.scope.map((variable, i) => [variable, i]))
  const tuples: CostRow[] = []
  for (const values of candidates(space, domains, relation)) {
    const cost = sumOf(relation.costs, (variable) => values[positions.get(variable)!]!)
    if (cost === undefined || !holds(values)) continue
    if (tuples.length === mostTuples)
      throw new ModelError('E_MODEL', tooManyTuples(titleOf(space, relation), mostTuples))
    tuples.push({ values, cost })
  }
  return tuples
}

/** Whether the rules hold for some values of the scope. */
function holdsAt(
  space: Space,
  domains: Domains,
  { scope, rules }: Pick<Relation, 'scope' | 'rules'>,
): (values: readonly number[]) => boolean {
  if (rules.length === 0) return () => true
  const part: Space = { ...space, rules }
  // The rules do not read the other variables, but substitution wants a value of each.
  const others = Object.fromEntries(space.variables.map(({ name }, i) => [name, domains[i]![0]!]))
  const names = scope.map((variable) => space.variables[variable]!.name)
  return (values) => {
    const own = Object.fromEntries(names.map((name, i) => [name, values[i]!]))
    return violated(part, { ...others, ...own }).length === 0
  }
}

function candidates(space: Space, domains: Domains, relation: Relation): Iterable<readonly number[]> {
  const { scope, costs } = relation
  const own = scope.map((variable) => domains[variable]!)
  // A table of costs over the whole scope lists all that there can be, often far fewer than all combinations.
  const listing = costs.find((table) => table.scope.length === scope.length)
  if (listing) {
    const known = own.map((values) => new Set(values))
    return listing.rows.map(({ values }) => values).filter((values) => values.every((v, i) => known[i]!.has(v)))
  }
  const count = own.reduce((product, { length }) => product * length, 1)
  if (count > MOST_COMBINATIONS)
    throw new ModelError('E_MODEL', tooManyCombinations(titleOf(space, relation), count, MOST_COMBINATIONS))
  return product(own)
}

function* product(lists: readonly (readonly number[])[]): Generator<readonly number[]> {
  const [head, ...rest] = lists
  if (!head) return yield []
  for (const value of head) for (const tail of product(rest)) yield [value, ...tail]
}

function isPart(part: readonly number[], whole: readonly number[]): boolean {
  return part.every((variable) => whole.includes(variable))
}

function titleOf(space: Space, { scope, rules }: Relation): string {
  const names = scope.map((variable) => space.variables[variable]!.name).join(', ')
  return rules.length === 0 ? `costs of ${names}` : `${rules.map(({ name }) => `"${name}"`).join(', ')} over ${names}`
}

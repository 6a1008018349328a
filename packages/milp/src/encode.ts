import { violated } from '@tilewright/solver'
import type { Configuration, Space } from '@tilewright/solver'
import { bindCosts, costAt, domainsOf, sumOf } from './costs.ts'
import type { BoundCosts, CostRow, Costs } from './costs.ts'
import { ModelError } from './errors.ts'
import { brokenRules, costDiffers, noSingleValue, wrongMostTuples } from './messages.ts'
import { ModelBuilder } from './model.ts'
import type { LinearModel, Term } from './model.ts'
import { solve } from './solve.ts'
import type { SolveOptions } from './solve.ts'
import { narrowedDomains, relationsOf, tuplesOf } from './tuples.ts'

export interface EncodeOptions {
  /** Combinations that one table may have; 20,000 where it is left out. Each is a column of the linear model. */
  readonly mostTuples?: number
}

/** A space and costs as a linear model. */
export interface Encoding {
  readonly space: Space
  readonly costs: readonly BoundCosts[]
  readonly model: LinearModel
  /** Names of the binaries, by variable and value. Values that a rule of one parameter forbids have none. */
  readonly selectors: readonly ReadonlyMap<number, string>[]
}

/** What was found, checked against every rule by exact substitution; the objective is summed anew from the costs. */
export type EncodedOptimum =
  | {
      /** `feasible`: the time limit came before the proof. */
      readonly status: 'optimal' | 'feasible'
      readonly configuration: Configuration
      readonly objective: number
    }
  | { readonly status: 'infeasible' }
  | { readonly status: 'unknown'; readonly reason: string }

/**
 * The linear model of a space under separable or tabulated costs: one binary for each parameter and value, of which
 * each parameter takes one, and for each set of parameters that a rule or table reads one column for each combination
 * allowed. Columns of combinations need not be binary: once the values are chosen, their rows leave one column alone.
 *
 * Rules are arbitrary: ceilings, products and remainders are evaluated, not made linear. Throws `E_MODEL` for domains
 * without end, costs that make no sense, and rules with too many combinations; `E_SPACE_OVERFLOW` where a rule by
 * itself exceeds 2^53, even if another forbids those values.
 */
export function encode(space: Space, costs: Costs, options: EncodeOptions = {}): Encoding {
  const { mostTuples = 20_000 } = options
  if (!Number.isSafeInteger(mostTuples) || mostTuples < 1) throw new ModelError('E_MODEL', wrongMostTuples(mostTuples))
  const bound = bindCosts(space, costs)
  const all = domainsOf(space)
  const builder = new ModelBuilder('space')
  // A row that nothing fulfils: a false rule without parameters and an empty domain leave nothing to substitute into.
  if (all.some(({ length }) => length === 0) || isRefuted(space, all) || lacksCost(bound)) {
    builder.row('nothing fits', [], '=', 1)
    return { space, costs: bound, model: builder.minimise([]), selectors: all.map(() => new Map()) }
  }
  const domains = narrowedDomains(space, all, bound)
  const selectors = domains.map((values, i) => {
    const { name } = space.variables[i]!
    return new Map(values.map((value) => [value, `${name} = ${value}`]))
  })
  selectors.forEach((names, i) => {
    for (const name of names.values()) builder.binary(name)
    builder.row(`one ${space.variables[i]!.name}`, [...names.values()].map(once), '=', 1)
  })
  const objective = selectors.flatMap((names, i) => {
    const own = bound.filter(({ scope }) => scope.length === 1 && scope[0] === i)
    return [...names].map(([value, name]): Term => [sumOf(own, () => value)!, name])
  })
  // Costs of no parameters are constants, and a linear model has none: the objective is summed anew after it is solved.
  for (const [table, relation] of relationsOf(space, bound).entries()) {
    const tuples = tuplesOf(space, domains, relation, mostTuples)
    objective.push(...addTable(builder, table, relation.scope, tuples, selectors))
  }
  return { space, costs: bound, model: builder.minimise(objective), selectors }
}

/** The columns of one table, and for each parameter and value the row that ties them to its binary; their costs. */
function addTable(
  builder: ModelBuilder,
  table: number,
  scope: readonly number[],
  tuples: readonly CostRow[],
  selectors: Encoding['selectors'],
): readonly Term[] {
  const columns = tuples.map((_, i) => `table ${table} tuple ${i}`)
  // The rows keep them below 1.
  for (const column of columns) builder.variable(column)
  scope.forEach((variable, position) => {
    const terms = new Map([...selectors[variable]!.values()].map((name) => [name, [[-1, name]] as Term[]]))
    tuples.forEach(({ values }, i) => terms.get(selectors[variable]!.get(values[position]!)!)!.push(once(columns[i]!)))
    for (const [name, sum] of terms) builder.row(`table ${table} ${name}`, sum, '=', 0)
  })
  return tuples.map(({ cost }, i): Term => [cost, columns[i]!])
}

function once(name: string): Term {
  return [1, name]
}

function isRefuted(space: Space, domains: readonly (readonly number[])[]): boolean {
  const rules = space.rules.filter(({ scope }) => scope.length === 0)
  const any = Object.fromEntries(space.variables.map(({ name }, i) => [name, domains[i]![0]!]))
  return rules.length > 0 && violated({ ...space, rules }, any).length > 0
}

/** A table of no parameters has one combination, the empty one; without its row nothing has a cost. */
function lacksCost(costs: readonly BoundCosts[]): boolean {
  return costs.some(({ scope, rows }) => scope.length === 0 && rows.length === 0)
}

/**
 * The configuration that a solution of the model stands for. Throws `E_MISMATCH` where a parameter has not exactly one
 * value, or where the configuration breaks a rule of the space.
 */
export function decode(encoding: Encoding, values: Readonly<Record<string, number>>): Configuration {
  const { space, selectors } = encoding
  const configuration = Object.fromEntries(
    space.variables.map(({ name }, i) => {
      const chosen = [...selectors[i]!].filter(([, selector]) => values[selector] === 1).map(([value]) => value)
      if (chosen.length !== 1) throw new ModelError('E_MISMATCH', noSingleValue(name, chosen))
      return [name, chosen[0]!]
    }),
  )
  const broken = violated(space, configuration)
  if (broken.length > 0) throw new ModelError('E_MISMATCH', brokenRules(broken))
  return configuration
}

/**
 * The configuration with the least sum of costs. `optimal` is proven by GLPK to its tolerances; the answer itself is
 * checked by substitution. Configurations with a value or combination that has no cost are left out. Throws as `encode`
 * and `decode` do.
 *
 * @example
 * const space = bind(parse('param A in 1..4\nparam B in 1..4\nrule "area" : A * B >= 6'), {})
 * await minimiseSeparable(space, { params: { A: (a) => a * a, B: (b) => 2 * b } }) // A 2, B 3, objective 10
 */
export async function minimiseSeparable(
  space: Space,
  costs: Costs,
  options: EncodeOptions & SolveOptions = {},
): Promise<EncodedOptimum> {
  const encoding = encode(space, costs, options)
  const solution = await solve(encoding.model, options)
  if (solution.status === 'infeasible' || solution.status === 'unknown') return solution
  // Every column is at most 1, so this is a promise to the type checker only.
  if (solution.status === 'unbounded') return { status: 'unknown', reason: 'GLPK calls a bounded model unbounded' }
  const configuration = decode(encoding, solution.values)
  const objective = costAt(space, encoding.costs, configuration)
  const stated = solution.objective + constantOf(encoding.costs)
  if (objective === undefined || !(Math.abs(objective - stated) <= 1e-6 * (1 + magnitudeOf(encoding, configuration))))
    throw new ModelError('E_MISMATCH', costDiffers(stated, objective))
  return { status: solution.status, configuration, objective }
}

function constantOf(costs: readonly BoundCosts[]): number {
  return sumOf(costs.filter(({ scope }) => scope.length === 0), () => 0)! // prettier-ignore
}

function magnitudeOf({ space, costs }: Encoding, configuration: Configuration): number {
  return costs.reduce((sum, one) => sum + Math.abs(costAt(space, [one], configuration) ?? 0), 0)
}

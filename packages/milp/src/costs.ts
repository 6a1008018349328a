import type { Configuration, Space } from '@tilewright/solver'
import { ModelError } from './errors.ts'
import {
  costNotFinite,
  endlessDomain,
  raggedCostRow,
  repeatedCostParam,
  repeatedCostRow,
  unknownCostParam,
} from './messages.ts'

/** What each value of a parameter costs. A value without a cost is left out of the search. */
export type ValueCosts = ReadonlyMap<number, number> | ((value: number) => number | undefined)

/** What combinations of some parameters cost. A combination without a row is left out of the search. */
export interface CostTable {
  readonly params: readonly string[]
  /** A value for each of `params`, in their order, then the cost. Rows with values outside a domain are not read. */
  readonly rows: readonly (readonly number[])[]
}

/** The sum to minimise. A parameter that neither mentions costs nothing, whatever its value. */
export interface Costs {
  /** Separable: costs by parameter. */
  readonly params?: Readonly<Record<string, ValueCosts>>
  /** Tabulated: costs of combinations. Their scopes may overlap. */
  readonly tables?: readonly CostTable[]
}

/** Costs of the combinations of some of a space's variables; both kinds of costs come to this. */
export interface BoundCosts {
  /** Indices of variables, ascending. */
  readonly scope: readonly number[]
  readonly rows: readonly CostRow[]
  readonly byKey: ReadonlyMap<string, number>
}

export interface CostRow {
  /** In the order of the scope. */
  readonly values: readonly number[]
  readonly cost: number
}

/** Values by variable. Throws `E_MODEL` for a domain that is not listed: there is no selector for each of its values. */
export function domainsOf(space: Space): readonly (readonly number[])[] {
  return space.variables.map(({ name, values }) => {
    if ('from' in values) throw new ModelError('E_MODEL', endlessDomain(name))
    return values
  })
}

/** Throws `E_MODEL` for unknown or repeated parameters, ragged or repeated rows, and costs that are not finite. */
export function bindCosts(space: Space, costs: Costs): readonly BoundCosts[] {
  const domains = domainsOf(space)
  const separable = Object.entries(costs.params ?? {}).map(([name, valueCosts]): CostTable => {
    const values = domains[indexOf(space, `costs of ${name}`, name)]!
    const costOf = typeof valueCosts === 'function' ? valueCosts : (value: number) => valueCosts.get(value)
    const rows = values.map((value) => [value, costOf(value)] as const)
    return { params: [name], rows: rows.filter((row): row is readonly [number, number] => row[1] !== undefined) }
  })
  return [
    ...separable.map((table) => bindTable(space, domains, `costs of ${table.params[0]}`, table)),
    ...(costs.tables ?? []).map((table, i) => bindTable(space, domains, `cost table ${i}`, table)),
  ]
}

function bindTable(
  space: Space,
  domains: readonly (readonly number[])[],
  place: string,
  { params, rows }: CostTable,
): BoundCosts {
  const indices = params.map((name) => indexOf(space, place, name))
  const repeated = params.find((name, i) => params.indexOf(name) !== i)
  if (repeated !== undefined) throw new ModelError('E_MODEL', repeatedCostParam(place, repeated))
  const order = indices.map((_, i) => i).sort((a, b) => indices[a]! - indices[b]!)
  const scope = order.map((i) => indices[i]!)
  const known = scope.map((variable) => new Set(domains[variable]!))
  const byKey = new Map<string, number>()
  const kept: CostRow[] = []
  rows.forEach((row, number) => {
    if (row.length !== params.length + 1)
      throw new ModelError('E_MODEL', raggedCostRow(place, number, row.length, params.length))
    const cost = row[params.length]!
    if (!Number.isFinite(cost)) throw new ModelError('E_MODEL', costNotFinite(place, number, cost))
    const values = order.map((i) => row[i]!)
    if (!values.every((value, i) => known[i]!.has(value))) return
    const key = keyOf(values)
    if (byKey.has(key)) throw new ModelError('E_MODEL', repeatedCostRow(place, number))
    byKey.set(key, cost)
    kept.push({ values, cost })
  })
  return { scope, rows: kept, byKey }
}

function indexOf(space: Space, place: string, name: string): number {
  const index = space.variables.findIndex((variable) => variable.name === name)
  if (index < 0) throw new ModelError('E_MODEL', unknownCostParam(place, name))
  return index
}

/** The sum of all costs, or nothing where a value or combination has none. */
export function costAt(space: Space, costs: readonly BoundCosts[], configuration: Configuration): number | undefined {
  return sumOf(costs, (variable) => configuration[space.variables[variable]!.name]!)
}

/** The sum of costs where each variable has the value that `valueOf` gives. */
export function sumOf(costs: readonly BoundCosts[], valueOf: (variable: number) => number): number | undefined {
  let total = 0
  for (const { scope, byKey } of costs) {
    const cost = byKey.get(keyOf(scope.map(valueOf)))
    if (cost === undefined) return undefined
    total += cost
  }
  return total
}

function keyOf(values: readonly number[]): string {
  return values.join()
}

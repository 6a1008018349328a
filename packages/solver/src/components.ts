import { countNest, search, type Nest } from './loops.ts'
import { reduceDomains } from './reduce.ts'
import { SpaceError } from './source.ts'
import type { BoundRule, Space } from './space.ts'

/** A part of a space that no rule connects with the rest: its solutions combine freely with those of the others. */
export interface Component {
  /** Indices of the variables, ascending. */
  readonly variables: readonly number[]
  readonly nest: Nest
}

/** A space made ready for search: domains reduced, split into components, loops ordered. */
export interface Prepared {
  readonly domains: readonly (readonly number[])[]
  /** Rules that read no variable and are false: nothing fits, whatever is chosen. */
  readonly refuted: readonly BoundRule[]
  readonly components: readonly Component[]
}

const known = new WeakMap<Space, Prepared>()

export function prepare(space: Space): Prepared {
  const found = known.get(space)
  if (found) return found
  const prepared = prepareRules(space, space.rules)
  known.set(space, prepared)
  return prepared
}

/** The same under some of a space's rules. */
export function prepareRules(space: Space, rules: readonly BoundRule[]): Prepared {
  const constant = rules.filter(({ scope }) => scope.length === 0)
  const refuted = constant.filter((rule) => countNest({ space, order: [], domains: [], rules: [rule] }) === 0)
  const domains = reduceDomains(space, rules)
  const components = split(space, rules).map((variables) => {
    const own = rules.filter(({ scope }) => scope.length > 0 && variables.includes(scope[0]!))
    const order = ordered(variables, own, domains)
    return { variables, nest: { space, order, domains: order.map((index) => domains[index]!), rules: own } }
  })
  return { domains, refuted, components }
}

/** Variables that rules connect, directly or through others. */
function split(space: Space, rules: readonly BoundRule[]): readonly (readonly number[])[] {
  const root = space.variables.map((_, index) => index)
  const find = (index: number): number => (root[index] === index ? index : (root[index] = find(root[index]!)))
  for (const { scope } of rules) for (const index of scope.slice(1)) root[find(index)] = find(scope[0]!)
  const groups = new Map<number, number[]>()
  space.variables.forEach((_, index) => groups.set(find(index), [...(groups.get(find(index)) ?? []), index]))
  return [...groups.values()].sort((a, b) => a[0]! - b[0]!)
}

/**
 * Outermost first: next comes the variable that multiplies the loops least, a rule that it completes counting as a cut
 * to a third. A rule that fails early saves everything inside.
 */
function ordered(
  variables: readonly number[],
  rules: readonly BoundRule[],
  domains: readonly (readonly number[])[],
): readonly number[] {
  const order: number[] = []
  const rest = new Set(variables)
  while (rest.size > 0) {
    const isDone = (index: number, rule: BoundRule): boolean =>
      rule.scope.includes(index) && rule.scope.every((other) => other === index || !rest.has(other))
    const costOf = (index: number): number => {
      const completed = rules.filter((rule) => rule.scope.length > 1 && isDone(index, rule)).length
      return domains[index]!.length / 3 ** completed
    }
    const next = [...rest].reduce((best, index) => (costOf(index) < costOf(best) ? index : best))
    order.push(next)
    rest.delete(next)
  }
  return order
}

/** Solutions of one component: a row for each, the component's variables in ascending order side by side. */
export interface Rows {
  readonly width: number
  readonly values: Int32Array | Float64Array
  readonly length: number
}

// Beyond this, listing would not fit memory; count does not list.
export const LARGEST_LISTING = 50_000_000

/**
 * The solutions of a component, in the order of the search; not more than `limit`. Throws `E_SPACE_DOMAIN` where they
 * are too many to list.
 */
export function listRows({ variables, nest }: Component, limit: number = Infinity): Rows {
  const width = variables.length
  const from = variables.map((index) => nest.order.indexOf(index))
  const isSmall = nest.domains.every((values) => values.every((value) => Math.abs(value) < 2 ** 31))
  const make = (size: number): Int32Array | Float64Array => (isSmall ? new Int32Array(size) : new Float64Array(size))
  let values = make(width * 1024)
  let length = 0
  if (limit > 0)
    search(nest, (row) => {
      if (width * length === values.length) {
        const larger = make(2 * values.length)
        larger.set(values)
        values = larger
      }
      for (let i = 0; i < width; i++) values[width * length + i] = row[from[i]!]!
      if (++length > LARGEST_LISTING) throw tooMany(nest.space)
      return length >= limit
    })
  return { width, values, length }
}

export function tooMany({ model }: Space): SpaceError {
  return new SpaceError(
    'E_SPACE_DOMAIN',
    `${model.file}: more than ${LARGEST_LISTING} configurations are too many to list; count them, or list the first few`,
  )
}

/** One array for each row. */
export function* rowsOf({ width, values, length }: Rows): Generator<readonly number[]> {
  for (let row = 0; row < length; row++) yield [...values.subarray(row * width, (row + 1) * width)]
}

import type { Definitions } from './evaluate.ts'
import { boundsOf, type Interval } from './interval.ts'
import { supports } from './loops.ts'
import { SpaceError } from './source.ts'
import type { BoundRule, DomainValues, Space } from './space.ts'

// A rule whose variables have no more combinations than this is made consistent by trying them all; with a domain worth
// cutting among them, more are tried.
const SMALL_TABLE = 50_000
const LARGEST_TABLE = 4_000_000
const LARGE_DOMAIN = 256
// Values of a wider rule's variables are tried one by one against bounds, in domains no larger than this.
const LARGEST_SHAVE = 5_000
const LARGEST_INTEGER = Number.MAX_SAFE_INTEGER

/**
 * The values of each variable that some rule does not exclude on its own, to a fixpoint. No solution is lost. Throws
 * `E_SPACE_DOMAIN` for a range without end that no rule bounds.
 */
export function reduceDomains(space: Space, rules: readonly BoundRule[] = space.rules): readonly (readonly number[])[] {
  const domains = closeRanges(space, rules)
  // Rules whose variables have lost values since they were last looked at.
  const waiting = new Set(rules.filter(({ scope }) => scope.length > 0))
  while (waiting.size > 0) {
    for (const rule of bySize([...waiting], domains)) {
      waiting.delete(rule)
      if (rule.scope.some((index) => domains[index]!.length === 0)) return domains
      const isTable = combinations(rule, domains) <= tableLimit(rule, domains)
      const reduced = isTable ? supported(space, rule, domains) : shaved(space, rule, domains)
      const cut = rule.scope.filter((index, i) => reduced[i]!.length < domains[index]!.length)
      rule.scope.forEach((index, i) => (domains[index] = reduced[i]!))
      if (cut.length === 0) continue
      for (const other of rules)
        // A table leaves its own rule nothing more to remove.
        if (!(isTable && other === rule) && other.scope.some((index) => cut.includes(index))) waiting.add(other)
    }
  }
  return domains
}

function bySize(rules: readonly BoundRule[], domains: readonly (readonly number[])[]): readonly BoundRule[] {
  return rules
    .map((rule) => ({ rule, size: combinations(rule, domains) }))
    .sort((a, b) => a.size - b.size)
    .map(({ rule }) => rule)
}

function combinations(rule: BoundRule, domains: readonly (readonly number[])[]): number {
  return rule.scope.reduce((product, index) => product * domains[index]!.length, 1)
}

function tableLimit(rule: BoundRule, domains: readonly (readonly number[])[]): number {
  return rule.scope.some((index) => domains[index]!.length >= LARGE_DOMAIN) ? LARGEST_TABLE : SMALL_TABLE
}

/** The values of a rule's variables that occur in a combination which meets it. */
function supported(
  space: Space,
  rule: BoundRule,
  domains: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  return supports({ space, order: rule.scope, domains: rule.scope.map((index) => domains[index]!), rules: [rule] })
}

/** The values of a rule's variables that bounds of the others do not exclude. */
function shaved(
  space: Space,
  rule: BoundRule,
  domains: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  return rule.scope.map((index) => {
    const values = domains[index]!
    if (values.length > LARGEST_SHAVE) return values
    return values.filter((value) => !isSurelyFalse(space, rule, domains, { index, interval: [value, value] }))
  })
}

function isSurelyFalse(
  space: Space,
  rule: BoundRule,
  domains: readonly DomainValues[],
  fixed: { readonly index: number; readonly interval: Interval },
): boolean {
  return ruleBounds(space, rule.condition, domains, fixed, space.lets)[1] === 0
}

/** Bounds of an expression over the variables' hulls, one of them replaced. */
export function ruleBounds(
  space: Space,
  expression: BoundRule['condition'],
  domains: readonly DomainValues[],
  fixed: { readonly index: number; readonly interval: Interval } | undefined,
  lets: Definitions,
): Interval {
  const indexOf = new Map(space.variables.map(({ name }, index) => [name, index]))
  const hulls = (name: string): Interval | undefined => {
    const given = space.givens[name]
    if (given !== undefined) return [given, given]
    const index = indexOf.get(name)
    if (index === undefined) return undefined
    return fixed?.index === index ? fixed.interval : hullOf(domains[index]!)
  }
  return boundsOf(expression, hulls, lets, new Map())
}

function hullOf(values: DomainValues): Interval {
  if ('from' in values) return [values.from, LARGEST_INTEGER]
  return values.length === 0 ? [0, 0] : [values[0]!, values.at(-1)!]
}

/** Lists every range without end, up to the last value that the rules' bounds leave. */
function closeRanges(space: Space, rules: readonly BoundRule[]): (readonly number[])[] {
  const domains: DomainValues[] = space.variables.map(({ values }) => values)
  for (let changed = true; changed;) {
    changed = false
    domains.forEach((values, index) => {
      if (!('from' in values)) return
      const end = lastPossible(space, rules, domains, index, values.from)
      if (end === undefined) return
      const length = Math.max(0, Math.floor((end - values.from) / values.step) + 1)
      if (length > LARGEST_TABLE) return
      domains[index] = Array.from({ length }, (_, i) => values.from + i * values.step)
      changed = true
    })
  }
  const open = domains.findIndex((values) => 'from' in values)
  if (open < 0) return domains as (readonly number[])[]
  const { name, at } = space.model.params[open]!
  throw new SpaceError(
    'E_SPACE_DOMAIN',
    `no rule bounds ${name} from above; end its range, or add a rule such as ${name} <= 1024`,
    at,
  )
}

/** The largest value that no rule excludes together with everything above it, by doubling and bisection. */
function lastPossible(
  space: Space,
  rules: readonly BoundRule[],
  domains: readonly DomainValues[],
  index: number,
  from: number,
): number | undefined {
  const reading = rules.filter(({ scope }) => scope.includes(index))
  const isExcluded = (least: number): boolean =>
    reading.some((rule) => isSurelyFalse(space, rule, domains, { index, interval: [least, LARGEST_INTEGER] }))
  if (isExcluded(from)) return from - 1
  let below = from
  let above = from
  for (let distance = 1; !isExcluded(above); distance *= 2) {
    if (distance > 2 ** 40) return undefined
    below = above
    above = from + distance
  }
  while (above - below > 1) {
    const middle = Math.floor((above + below) / 2)
    if (isExcluded(middle)) above = middle
    else below = middle
  }
  return below
}

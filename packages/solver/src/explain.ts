import { listRows, prepareRules, type Prepared } from './components.ts'
import type { Expression } from './expression.ts'
import { countNest, numberFunction } from './loops.ts'
import { count } from './operations.ts'
import { eachCombination } from './ranking.ts'
import { ruleBounds } from './reduce.ts'
import { SpaceError, textOf } from './source.ts'
import { bind, scopesOf, type BoundRule, type Space } from './space.ts'

/** A rule of a minimal conflict, with the numbers that make it clash. */
export interface Clash {
  readonly rule: string
  readonly text: string
  readonly values: string
}

/** A value of a given with which something fits; verified. */
export interface Relaxation {
  readonly given: string
  readonly value: number
}

export type Explanation =
  | { readonly status: 'feasible'; readonly count: bigint }
  | { readonly status: 'infeasible'; readonly conflict: readonly Clash[]; readonly relaxations: readonly Relaxation[] }

export interface RelaxRange {
  readonly given: string
  readonly from: number
  readonly to: number
  readonly step?: number
}

// Combinations of a conflict's other rules that are looked at for how near a rule comes to holding.
const LARGEST_LOOK = 200_000

/**
 * Why nothing fits: rules that clash together, of which none can be spared, with the numbers of each; and the nearest
 * values of the givens in `relax` with which something fits. Where something fits, how much.
 */
export function explain(space: Space, options: { readonly relax?: readonly RelaxRange[] } = {}): Explanation {
  const number = count(space)
  if (number > 0n) return { status: 'feasible', count: number }
  const empty = space.variables.filter(({ values }) => !('from' in values) && values.length === 0)
  if (empty.length > 0)
    return {
      status: 'infeasible',
      conflict: empty.map(({ name }) => emptyDomain(space, name)),
      relaxations: relaxations(space, options.relax),
    }
  const core = minimalConflict(space)
  return {
    status: 'infeasible',
    conflict: core.map((rule) => ({ rule: rule.name, text: rule.text, values: numbersOf(space, rule, core) })),
    relaxations: relaxations(space, options.relax),
  }
}

/**
 * Deletion filter: a rule goes when the rest still clashes without it; what stays is needed, every one. A rule without
 * which a range has no end stays too: nothing can be said of the rest then.
 */
function minimalConflict(space: Space): readonly BoundRule[] {
  let core = space.rules
  for (const rule of space.rules) {
    const without = core.filter((other) => other !== rule)
    if (within(() => isFeasible(space, without)) === false) core = without
  }
  return core
}

/** What a look at a space finds, or nothing where its domains make no sense: too large, without end, divisors of 0. */
function within<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (error instanceof SpaceError && error.code === 'E_SPACE_DOMAIN') return undefined
    throw error
  }
}

function isFeasible(space: Space, rules: readonly BoundRule[]): boolean {
  const prepared = feasibleRoot(space, rules)
  return prepared !== undefined && prepared.components.every((component) => listRows(component, 1).length > 0)
}

/** A part of the rules made ready, unless one of them is false whatever is chosen. */
function feasibleRoot(space: Space, rules: readonly BoundRule[]): Prepared | undefined {
  const prepared = prepareRules(space, rules)
  return prepared.refuted.length > 0 ? undefined : prepared
}

/**
 * The sides of a comparison where the rule comes nearest to holding, given the rest of the conflict; where there are too
 * many combinations to look at, what bounds say of the sides.
 */
function numbersOf(space: Space, rule: BoundRule, core: readonly BoundRule[]): string {
  const { condition } = rule
  if (condition.kind !== 'compare' || condition.ops.length !== 1) return 'cannot hold together with the others'
  const [left, right] = condition.terms as readonly [Expression, Expression]
  const nearest = nearestSides(
    space,
    left,
    right,
    core.filter((other) => other !== rule),
  )
  const side = (term: Expression, value: string): string =>
    term.kind === 'number' ? value : `${textOf(term.at)} = ${value}`
  if (nearest) return `at best ${side(left, String(nearest.left))}, against ${side(right, String(nearest.right))}`
  const bounds = (term: Expression): string => {
    const [from, to] = ruleBounds(
      space,
      term,
      space.variables.map(({ values }) => values),
      undefined,
      space.lets,
    )
    if (from === to) return String(from)
    return to < Number.MAX_SAFE_INTEGER ? `${from} to ${to}` : `${from} or more`
  }
  return `${side(left, bounds(left))}, against ${side(right, bounds(right))}`
}

function nearestSides(
  space: Space,
  left: Expression,
  right: Expression,
  rules: readonly BoundRule[],
): { readonly left: number; readonly right: number } | undefined {
  const prepared = within(() => feasibleRoot(space, rules))
  if (!prepared) return undefined
  const scopes = scopesOf(space.model, space.lets)
  const scope = new Set([...scopes(left), ...scopes(right)])
  const own = prepared.components.filter(({ variables }) => variables.some((index) => scope.has(index)))
  const total = own.reduce((product, { nest }) => product * countNest(nest), 1)
  if (total > LARGEST_LOOK) return undefined
  const leftOf = numberFunction(space, left, prepared.domains)
  const rightOf = numberFunction(space, right, prepared.domains)
  const row = space.variables.map(() => 0)
  let nearest: { left: number; right: number } | undefined
  eachCombination(own, row, () => {
    const [a, b] = [leftOf(row), rightOf(row)]
    if (a === undefined || b === undefined) return
    if (!nearest || Math.abs(a - b) < Math.abs(nearest.left - nearest.right)) nearest = { left: a, right: b }
  })
  return nearest
}

function emptyDomain(space: Space, name: string): Clash {
  const domain = space.model.params.find((param) => param.name === name)!.domain
  return {
    rule: `${name}'s domain`,
    text: `${name} in ${textOf(domain.at)}`,
    values: 'has no values with these givens',
  }
}

/** For each given, the nearest value on either side with which something fits. */
function relaxations(space: Space, ranges: readonly RelaxRange[] = []): readonly Relaxation[] {
  return ranges.flatMap(({ given, from, to, step = 1 }) => {
    const start = space.givens[given]
    if (start === undefined) return []
    const fits = (value: number): boolean =>
      within(() => {
        const other = bind(space.model, { ...space.givens, [given]: value })
        return isFeasible(other, other.rules)
      }) === true
    return [-step, step]
      .map((direction) => nearestFit(start, direction, direction < 0 ? from : to, fits))
      .filter((value) => value !== undefined)
      .sort((a, b) => Math.abs(a - start) - Math.abs(b - start))
      .map((value) => ({ given, value }))
  })
}

/**
 * The first value in a direction that fits, by doubling steps and bisection: what it returns fits and its neighbour
 * towards the start does not. Where fits and misses alternate it need not be the very nearest.
 */
function nearestFit(
  start: number,
  direction: number,
  end: number,
  fits: (value: number) => boolean,
): number | undefined {
  const most = Math.floor(Math.abs(end - start) / Math.abs(direction))
  let [miss, fit] = [0, 1]
  while (fit <= most && !fits(start + fit * direction)) [miss, fit] = [fit, fit * 2]
  if (fit > most) {
    if (miss === most || !fits(start + most * direction)) return undefined
    fit = most
  }
  while (fit - miss > 1) {
    const middle = Math.floor((fit + miss) / 2)
    if (fits(start + middle * direction)) fit = middle
    else miss = middle
  }
  return start + fit * direction
}

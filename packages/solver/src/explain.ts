import type { CompareOp, Expression } from './language/expression.ts'
import { SpaceError, textOf } from './language/source.ts'
import { configurationOf, count } from './operations.ts'
import { isList } from './search/domain.ts'
import { hasAny } from './search/listing.ts'
import type { Nest } from './search/nest.ts'
import { mentionedFirst } from './search/order.ts'
import { prepare, prepareRules } from './search/prepare.ts'
import { rankRead } from './search/ranking.ts'
import { bind, scopesOf, type BoundRule, type Space } from './search/space.ts'
import { numberOf } from './values/evaluate.ts'

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

/**
 * Why nothing fits: rules that clash together, of which none can be spared, with the numbers of each; and the nearest
 * values of the givens in `relax` with which something fits. Where something fits, how much.
 */
export function explain(space: Space, options: { readonly relax?: readonly RelaxRange[] } = {}): Explanation {
  const empty = space.variables.filter(({ values }) => isList(values) && values.length === 0)
  if (empty.length === 0 && isSolvable(space)) return { status: 'feasible', count: count(space) }
  const core = empty.length > 0 ? [] : minimalConflict(space)
  return {
    status: 'infeasible',
    conflict: [
      ...empty.map(({ name }) => emptyDomain(space, name)),
      ...core.map((rule) => ({ rule: rule.name, text: rule.text, values: numbersOf(space, rule, core) })),
    ],
    relaxations: relaxations(space, options.relax),
  }
}

/** Throws `E_SPACE_DOMAIN` for a range without end that no rule bounds and that cannot be searched through. */
function isSolvable(space: Space): boolean {
  const found =
    isFeasible(space, space.rules, MOST_TRIED) ?? isFeasible(space, space.rules, 10 * MOST_TRIED, mentionedFirst)
  if (found !== undefined) return found
  return prepare(space).components.every((nest) => hasAny(nest) === true)
}

/**
 * Deletion filter: a rule goes when the rest still clashes without it; what stays is needed, every one. What bounds alone
 * refute is filtered by bounds alone first, which is cheap and leaves little to search through.
 */
function minimalConflict(space: Space): readonly BoundRule[] {
  const byBounds = (rules: readonly BoundRule[]): boolean => prepareRules(space, rules).isRefuted
  const bySearch = (rules: readonly BoundRule[]): boolean => isFeasible(space, rules, MOST_TRIED) === false
  const inOtherOrder = (rules: readonly BoundRule[]): boolean =>
    isFeasible(space, rules, 10 * MOST_TRIED, mentionedFirst) === false
  const rules = byBounds(space.rules) ? filtered(space.rules, byBounds) : space.rules
  // Few rules are searched through more easily than many, so what stays open at first is asked again among the rest.
  return filtered(filtered(rules, bySearch), inOtherOrder)
}

function filtered(
  rules: readonly BoundRule[],
  clashes: (rules: readonly BoundRule[]) => boolean,
): readonly BoundRule[] {
  let core = rules
  for (const rule of rules) {
    const without = core.filter((other) => other !== rule)
    if (clashes(without)) core = without
  }
  return core
}

// Values that are tried to see whether a few rules clash. A rule without which that stays open is kept.
const MOST_TRIED = 50_000

function isFeasible(
  space: Space,
  rules: readonly BoundRule[],
  most: number,
  order = (nest: Nest): Nest => nest,
): boolean | undefined {
  const { isRefuted, components } = prepareRules(space, rules)
  if (isRefuted) return false
  const found = components.map((nest) => hasAny(order(nest), most))
  return found.includes(false) ? false : found.includes(undefined) ? undefined : true
}

/** What a look at a space finds, or nothing where its domains make no sense: too large, divisors of 0. */
function within<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (error instanceof SpaceError && error.code === 'E_SPACE_DOMAIN') return undefined
    throw error
  }
}

// Values that are tried to see how near a rule comes to holding.
const MOST_NEAR = 400_000

/**
 * How near a rule comes to holding, given the rest of the conflict; where that is too much to search through, given all
 * other rules, which leave less; and failing that what bounds say of its sides.
 */
function numbersOf(space: Space, { condition }: BoundRule, core: readonly BoundRule[]): string {
  if (condition.kind !== 'compare' || condition.ops.length !== 1) return 'cannot hold together with the others'
  const [left, right] = condition.terms as readonly [Expression, Expression]
  const others = core.filter((rule) => rule.condition !== condition)
  const all = space.rules.filter((rule) => rule.condition !== condition)
  const nearest =
    nearestSides(space, condition.ops[0]!, left, right, others) ??
    nearestSides(space, condition.ops[0]!, left, right, all)
  if (!nearest) return boundsOfSides(space, left, right, others)
  const limit = ALLOWED[condition.ops[0]!]
  const isFixed = scopesOf(space.indexOf, space.lets)(right).length === 0
  if (!limit || !isFixed) return `at best ${side(left, nearest.left)}, against ${side(right, nearest.right)}`
  return `${textOf(left.at)} is ${limit[0]} ${nearest.left}, ${limit[1]} ${nearest.right}`
}

// Where the right side is fixed, how near the left side comes to it is a bound of the left side.
const ALLOWED: Partial<Record<CompareOp, readonly [string, string]>> = {
  '<=': ['at least', 'allowed'],
  '<': ['at least', 'allowed below'],
  '>=': ['at most', 'needed'],
  '>': ['at most', 'needed above'],
}

/** What the rest of a conflict leaves of the sides of a comparison, as far as bounds tell. */
function boundsOfSides(space: Space, left: Expression, right: Expression, rules: readonly BoundRule[]): string {
  const { problem, isRefuted } = prepareRules(space, rules)
  const { bounds } = problem
  const text = (term: Expression): string | undefined => {
    const [from, to] = bounds(term)
    if (from === to) return side(term, from)
    if (from === -Infinity) return undefined
    return side(term, to > Number.MAX_SAFE_INTEGER ? `${from} or more` : `${from} to ${to}`)
  }
  const [a, b] = [text(left), text(right)]
  return a && b && !isRefuted ? `${a}, against ${b}` : 'cannot hold together with the others'
}

function side(term: Expression, value: number | string): string {
  return term.kind === 'number' ? `${value}` : `${textOf(term.at)} = ${value}`
}

/** The sides of a comparison in the configuration of the other rules that comes nearest to meeting it. */
function nearestSides(
  space: Space,
  op: CompareOp,
  left: Expression,
  right: Expression,
  rules: readonly BoundRule[],
): { readonly left: number; readonly right: number } | undefined {
  const { at } = left
  const isFromBelow = op === '>' || op === '>='
  const [larger, smaller] = isFromBelow ? [right, left] : [left, right]
  const difference: Expression = { kind: 'arithmetic', op: '-', left: larger, right: smaller, at }
  const value: Expression = op === '==' ? { kind: 'call', name: 'abs', args: [difference], at } : difference
  const prepared = prepareRules(space, rules)
  if (prepared.isRefuted) return undefined
  const { rows, tried } = rankRead(prepared, { direction: 'minimise', text: '', value }, 1, MOST_NEAR)
  const [found] = rows
  if (!found || tried > MOST_NEAR) return undefined
  const values = { ...configurationOf(space, found.row), ...space.givens }
  const [a, b] = [numberOf(left, values, space.lets), numberOf(right, values, space.lets)]
  return a === undefined || b === undefined ? undefined : { left: a, right: b }
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
        return isFeasible(other, other.rules, MOST_TRIED) === true
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

import type { CompareOp, Expression } from './language/expression.ts'
import { SpaceError, textOf } from './language/source.ts'
import { count } from './operations.ts'
import { isList } from './search/domain.ts'
import { Feasibilities, type Feasibility } from './search/feasibility.ts'
import { hasAny } from './search/listing.ts'
import { prepare } from './search/prepare.ts'
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
  const feasibilities = new Feasibilities(space)
  const whole = empty.length > 0 ? undefined : feasibilities.of(space.rules, MOST_STEPS)
  if (whole && isFeasible(space, whole)) return { status: 'feasible', count: count(space) }
  const core = whole ? minimalConflict(space, feasibilities, whole) : []
  return {
    status: 'infeasible',
    conflict: [
      ...empty.map(({ name }) => emptyDomain(space, name)),
      ...core.map((rule) => ({
        rule: rule.name,
        text: rule.text,
        values: numbersOf(space, feasibilities, rule, core),
      })),
    ],
    relaxations: relaxations(space, options.relax),
  }
}

// Parts of expressions that are looked at to see whether some rules clash. A rule without which that stays open is kept.
const MOST_STEPS = 60_000
// … and to see how near a rule comes to holding.
const MOST_NEAR = 30_000

/** Throws `E_SPACE_DOMAIN` for a range without end that no rule bounds and that cannot be searched through. */
function isFeasible(space: Space, { status }: Feasibility): boolean {
  if (status !== 'open') return status === 'feasible'
  const { isRefuted, components } = prepare(space)
  return !isRefuted && components.every(hasAny)
}

/** A rule goes when the rest still clashes without it; what stays is needed, every one. */
function minimalConflict(space: Space, feasibilities: Feasibilities, whole: Feasibility): readonly BoundRule[] {
  let core = whole.status === 'infeasible' ? whole.rules : space.rules
  const needed = new Set<BoundRule>()
  // What stays open at first is asked again among fewer rules.
  for (const rule of [...core, ...core]) {
    if (!core.includes(rule) || needed.has(rule)) continue
    const others = core.filter((other) => other !== rule)
    const rest = feasibilities.of(others, MOST_STEPS)
    if (rest.status === 'infeasible') core = rest.rules
    if (rest.status === 'feasible') needed.add(rule)
  }
  return core
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

/** How near a rule comes to holding, given the rest of the conflict. */
function numbersOf(
  space: Space,
  feasibilities: Feasibilities,
  { condition }: BoundRule,
  core: readonly BoundRule[],
): string {
  if (condition.kind !== 'compare' || condition.ops.length !== 1) return 'cannot hold together with the others'
  const [op] = condition.ops as readonly [CompareOp]
  const [left, right] = condition.terms as readonly [Expression, Expression]
  const others = core.filter((rule) => rule.condition !== condition)
  const low = op === '<' || op === '>' ? 0 : 1
  const { from, values } = feasibilities.least(distance(op, left, right), low, others, MOST_NEAR)
  const isFixed = scopesOf(space.indexOf, space.lets)(right).length === 0
  const known = values ?? (isFixed ? space.givens : undefined)
  const [a, b] = [values && numberOf(left, values, space.lets), known && numberOf(right, known, space.lets)]
  const limit = isFixed ? ALLOWED[op] : undefined
  if (limit && b !== undefined && from > low)
    return `${textOf(left.at)} is ${limit[0]} ${op === '<' || op === '<=' ? b + from : b - from}, ${limit[1]} ${b}`
  if (a !== undefined && b !== undefined) return `at best ${side(left, a)}, against ${side(right, b)}`
  return from > low ? `the sides are ${from} or more apart` : 'cannot hold together with the others'
}

// Where the right side is fixed, how near the left side comes to it is a bound of the left side.
const ALLOWED: Partial<Record<CompareOp, readonly [string, string]>> = {
  '<=': ['at least', 'allowed'],
  '<': ['at least', 'allowed below'],
  '>=': ['at most', 'needed'],
  '>': ['at most', 'needed above'],
}

function side(term: Expression, value: number): string {
  return term.kind === 'number' ? `${value}` : `${textOf(term.at)} = ${value}`
}

/** How far the sides of a comparison that does not hold are from meeting it. */
function distance(op: CompareOp, left: Expression, right: Expression): Expression {
  const { at } = left
  const [larger, smaller] = op === '>' || op === '>=' ? [right, left] : [left, right]
  const difference: Expression = { kind: 'arithmetic', op: '-', left: larger, right: smaller, at }
  return op === '==' ? { kind: 'call', name: 'abs', args: [difference], at } : difference
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
        return new Feasibilities(other).of(other.rules, MOST_STEPS).status === 'feasible'
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

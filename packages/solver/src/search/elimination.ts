import { namesIn, type Expression } from '../language/expression.ts'
import type { Definitions } from '../values/evaluate.ts'
import type { Span } from '../language/source.ts'
import { hullOf, isList, type Domain } from './domain.ts'
import { scopesOf, type Space } from './space.ts'

/** Conditions in which some variables have given way to what they are equal to. */
export interface Eliminated {
  /** The lets, and the expression of each variable that is computed instead of searched for. */
  readonly definitions: Definitions
  /** Indices of the variables that are computed, ascending. */
  readonly computed: readonly number[]
  readonly conditions: readonly Expression[]
}

/**
 * Takes out of the search every variable that a condition `VARIABLE == expression` determines. The condition gives way
 * to one that says that the expression's value is in the variable's domain; where the expression has no value, nothing
 * fits, as before.
 */
export function eliminate(space: Space, conditions: readonly Expression[]): Eliminated {
  const { indexOf } = space
  const definitions = new Map(space.lets)
  const computed: number[] = []
  const left: Expression[] = []
  for (const condition of conditions) {
    const found = determined(condition, indexOf, definitions)
    if (!found) {
      left.push(condition)
      continue
    }
    definitions.set(found.name, found.value)
    const index = indexOf.get(found.name)!
    computed.push(index)
    left.push(...membership(found.value, space.variables[index]!.values, condition.at))
  }
  return { definitions, computed: computed.sort((a, b) => a - b), conditions: left }
}

interface Determined {
  readonly name: string
  readonly value: Expression
}

function determined(
  condition: Expression,
  indexOf: ReadonlyMap<string, number>,
  definitions: Definitions,
): Determined | undefined {
  if (condition.kind !== 'compare' || condition.ops.length !== 1 || condition.ops[0] !== '==') return undefined
  const [left, right] = condition.terms as readonly [Expression, Expression]
  const scope = scopesOf(indexOf, definitions)
  for (const [side, value] of [
    [left, right],
    [right, left],
  ] as const) {
    if (side.kind !== 'name' || definitions.has(side.name)) continue
    const index = indexOf.get(side.name)
    // What reads no other variable cuts the domain better as a condition of its own.
    if (index === undefined || namesIn(value).size === 0) continue
    const read = scope(value)
    if (read.length > 0 && !read.includes(index)) return { name: side.name, value }
  }
  return undefined
}

/**
 * Conditions that say that a value is in a domain. They read the value itself, not the variable that is equal to it: of
 * that one, bounds take for granted that it is.
 */
function membership(value: Expression, domain: Domain, at: Span): readonly Expression[] {
  const number = (constant: number): Expression => ({ kind: 'number', value: constant, at })
  const compare = (op: '==' | '<=' | '>=', term: Expression, constant: number): Expression => ({
    kind: 'compare',
    ops: [op],
    terms: [term, number(constant)],
    at,
  })
  const [from, to] = hullOf(domain)
  const ends = [compare('>=', value, from), ...(to === Infinity ? [] : [compare('<=', value, to)])]
  if (isList(domain)) {
    const isGapless = domain.length > 0 && to - from === domain.length - 1
    return isGapless ? ends : [...ends, { kind: 'in', items: [value], rows: domain.map((row) => [row]), at }]
  }
  if (domain.step === 1) return ends
  const offset: Expression = { kind: 'arithmetic', op: '-', left: value, right: number(from), at }
  const rest: Expression = { kind: 'arithmetic', op: '%', left: offset, right: number(domain.step), at }
  return [...ends, compare('==', rest, 0)]
}

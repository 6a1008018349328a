import type { Definitions } from '../values/evaluate.ts'
import type { Bounds } from '../values/interval.ts'
import { partsOf, type Expression } from '../language/expression.ts'
import type { BoundRule } from './space.ts'

/** A condition that a rule needs by itself: rules are cut at their `and`s and chains, so that each part is met early. */
export interface Atom {
  readonly condition: Expression
  /** Indices of the searched variables that it reads, directly or through definitions, ascending. */
  readonly scope: readonly number[]
}

/** Integers in expressions stay exact up to here. */
const SAFE = 2 ** 53

/**
 * The conditions that all have to hold for the rules to hold. A part is cut off only if it cannot overflow: one that can
 * may be guarded by the part before it.
 */
export function conditionsOf(
  rules: readonly BoundRule[],
  bounds: Bounds,
  definitions: Definitions,
): readonly Expression[] {
  const conditions: Expression[] = []
  const isExact = (expression: Expression): boolean => staysExact(expression, bounds, definitions)
  const cut = (condition: Expression): void => {
    const parts = conjuncts(condition, definitions)
    if (parts.length > 1 && parts.slice(1).every(isExact)) parts.forEach(cut)
    else conditions.push(condition)
  }
  for (const { condition } of rules) cut(condition)
  return conditions
}

function conjuncts(condition: Expression, definitions: Definitions): readonly Expression[] {
  if (condition.kind === 'name') {
    const definition = definitions.get(condition.name)
    return definition ? conjuncts(definition, definitions) : [condition]
  }
  if (condition.kind === 'logic' && condition.op === 'and') return [condition.left, condition.right]
  if (condition.kind === 'compare' && condition.ops.length > 1)
    return condition.ops.map((op, i) => ({ ...condition, ops: [op], terms: condition.terms.slice(i, i + 2) }))
  return [condition]
}

/** Whether nothing that is computed for an expression can become too large. */
export function staysExact(expression: Expression, bounds: Bounds, definitions: Definitions): boolean {
  const [from, to] = bounds(expression)
  if (!(from >= -SAFE && to <= SAFE)) return false
  if (expression.kind !== 'name') return partsOf(expression).every((part) => staysExact(part, bounds, definitions))
  const definition = definitions.get(expression.name)
  return definition === undefined || staysExact(definition, bounds, definitions)
}

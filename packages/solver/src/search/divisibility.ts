import type { Expression } from '../language/expression.ts'
import type { Definitions } from '../values/evaluate.ts'

/** `dividend % (factor * factor * …) == 0`, however it was written. */
export interface Divisibility {
  readonly dividend: Expression
  readonly factors: readonly Expression[]
}

/** What a condition says of divisibility, if that is all it says. Definitions that are products are looked into. */
export function divisibility(condition: Expression, definitions: Definitions): Divisibility | undefined {
  if (condition.kind === 'call' && condition.name === 'divides') {
    const [divisor, dividend] = condition.args as readonly [Expression, Expression]
    return { dividend, factors: factorsOf(divisor, definitions) }
  }
  if (condition.kind !== 'compare' || condition.ops.length !== 1 || condition.ops[0] !== '==') return undefined
  const [left, right] = condition.terms as readonly [Expression, Expression]
  const remainder = isZero(right) ? left : isZero(left) ? right : undefined
  if (remainder?.kind !== 'arithmetic' || remainder.op !== '%') return undefined
  return { dividend: remainder.left, factors: factorsOf(remainder.right, definitions) }
}

function isZero(expression: Expression): boolean {
  return expression.kind === 'number' && expression.value === 0
}

function factorsOf(expression: Expression, definitions: Definitions): readonly Expression[] {
  if (expression.kind === 'arithmetic' && expression.op === '*')
    return [...factorsOf(expression.left, definitions), ...factorsOf(expression.right, definitions)]
  if (expression.kind !== 'name') return [expression]
  const definition = definitions.get(expression.name)
  const isProduct = definition?.kind === 'name' || (definition?.kind === 'arithmetic' && definition.op === '*')
  return isProduct ? factorsOf(definition, definitions) : [expression]
}

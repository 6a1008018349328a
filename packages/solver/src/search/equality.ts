import { namesIn, partsOf, type Expression } from '../language/expression.ts'
import type { Definitions } from '../values/evaluate.ts'
import { excludesZero, type Bounds } from '../values/interval.ts'

/** `name == value`, brought to this form from an equality in which the name occurs once. */
export interface Solved {
  readonly value: Expression
  /** Expressions that must not be 0: something was divided by them. */
  readonly nonzero: readonly Expression[]
}

/** What an equality says that a name is, where sums, differences and products around it can be undone. */
export function solvedFor(name: string, condition: Expression, definitions: Definitions): Solved | undefined {
  if (condition.kind !== 'compare' || condition.ops.length !== 1 || condition.ops[0] !== '==') return undefined
  if (occurrences(name, condition, definitions) !== 1) return undefined
  const [left, right] = condition.terms as readonly [Expression, Expression]
  return occurrences(name, left, definitions) === 1
    ? undone(name, left, { value: right, nonzero: [] }, definitions)
    : undone(name, right, { value: left, nonzero: [] }, definitions)
}

/** The same where nothing that is divided by can be 0, so that no solution is lost. */
export function solutionFor(
  name: string,
  condition: Expression,
  bounds: Bounds,
  definitions: Definitions,
): Expression | undefined {
  const solved = solvedFor(name, condition, definitions)
  return solved?.nonzero.every((factor) => excludesZero(bounds(factor))) ? solved.value : undefined
}

/** How often a name is read, through definitions too; 2 stands for any more. */
export function occurrences(name: string, expression: Expression, definitions: Definitions): number {
  const count = (part: Expression): number => {
    if (part.kind !== 'name') return partsOf(part).reduce((sum, inner) => Math.min(2, sum + count(inner)), 0)
    if (part.name === name) return 1
    const definition = definitions.get(part.name)
    return definition && namesIn(definition).size > 0 ? count(definition) : 0
  }
  return count(expression)
}

function undone(
  name: string,
  side: Expression,
  { value, nonzero }: Solved,
  definitions: Definitions,
): Solved | undefined {
  if (side.kind === 'name') {
    if (side.name === name) return { value, nonzero }
    return undone(name, definitions.get(side.name)!, { value, nonzero }, definitions)
  }
  const combine = (op: '+' | '-' | '/', left: Expression, right: Expression): Expression => {
    return { kind: 'arithmetic', op, left, right, at: side.at }
  }
  if (side.kind === 'negate')
    return undone(name, side.arg, { value: { kind: 'negate', arg: value, at: side.at }, nonzero }, definitions)
  if (side.kind !== 'arithmetic') return undefined
  const isLeft = occurrences(name, side.left, definitions) === 1
  const [inner, other] = isLeft ? [side.left, side.right] : [side.right, side.left]
  switch (side.op) {
    case '+':
      return undone(name, inner, { value: combine('-', value, other), nonzero }, definitions)
    case '-': {
      const moved = isLeft ? combine('+', value, other) : combine('-', other, value)
      return undone(name, inner, { value: moved, nonzero }, definitions)
    }
    case '*':
      return undone(name, inner, { value: combine('/', value, other), nonzero: [...nonzero, other] }, definitions)
    default:
      return undefined
  }
}

import type { Span } from './source.ts'

export type ArithmeticOp = '+' | '-' | '*' | '/' | '//' | '%' | '^'
export type LogicOp = 'and' | 'or' | 'implies'
export type CompareOp = '==' | '!=' | '<' | '<=' | '>' | '>='

/** An expression of the language, with its place. Immutable; shared by everything that works on it. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number; readonly at: Span }
  | { readonly kind: 'name'; readonly name: string; readonly at: Span }
  | { readonly kind: 'negate' | 'not'; readonly arg: Expression; readonly at: Span }
  | {
      readonly kind: 'arithmetic'
      readonly op: ArithmeticOp
      readonly left: Expression
      readonly right: Expression
      readonly at: Span
    }
  | {
      readonly kind: 'logic'
      readonly op: LogicOp
      readonly left: Expression
      readonly right: Expression
      readonly at: Span
    }
  | {
      readonly kind: 'compare'
      readonly terms: readonly Expression[]
      readonly ops: readonly CompareOp[]
      readonly at: Span
    }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Expression[]; readonly at: Span }
  | {
      readonly kind: 'if'
      readonly condition: Expression
      readonly yes: Expression
      readonly no: Expression
      readonly at: Span
    }
  | {
      readonly kind: 'in'
      readonly items: readonly Expression[]
      readonly rows: readonly (readonly number[])[]
      readonly at: Span
    }

export type FunctionName = 'min' | 'max' | 'abs' | 'ceil_div' | 'round_up' | 'gcd' | 'lcm' | 'log2' | 'divides'

/** How many arguments each function takes: the least, and the most. */
export const ARITY: Readonly<Record<FunctionName, readonly [number, number]>> = {
  min: [1, Infinity],
  max: [1, Infinity],
  abs: [1, 1],
  ceil_div: [2, 2],
  round_up: [2, 2],
  gcd: [2, 2],
  lcm: [2, 2],
  log2: [1, 1],
  divides: [2, 2],
}

/** The direct subexpressions. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'number':
    case 'name':
      return []
    case 'negate':
    case 'not':
      return [expression.arg]
    case 'arithmetic':
    case 'logic':
      return [expression.left, expression.right]
    case 'compare':
      return expression.terms
    case 'call':
      return expression.args
    case 'if':
      return [expression.condition, expression.yes, expression.no]
    case 'in':
      return expression.items
  }
}

const read = new WeakMap<Expression, ReadonlyMap<string, Span>>()

/** Every name that an expression reads, with the first place of each. */
export function namesIn(expression: Expression): ReadonlyMap<string, Span> {
  const known = read.get(expression)
  if (known) return known
  const found = new Map<string, Span>()
  collect(expression, found)
  read.set(expression, found)
  return found
}

function collect(expression: Expression, found: Map<string, Span>): void {
  if (expression.kind === 'name' && !found.has(expression.name)) found.set(expression.name, expression.at)
  for (const part of partsOf(expression)) collect(part, found)
}

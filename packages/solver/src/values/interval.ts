import { calculate, call, floorDiv, type Partial } from './arithmetic.ts'
import type { Definitions } from './evaluate.ts'
import type { ArithmeticOp, CompareOp, Expression, FunctionName } from '../language/expression.ts'

/** Everything an expression can be, at least: from, to. A truth is 0 or 1, so `[0, 0]` is surely false. */
export type Interval = readonly [number, number]

const ANYTHING: Interval = [-Infinity, Infinity]
const UNKNOWN: Interval = [0, 1]

/**
 * The interval of each name: a parameter's hull, or a given's value twice. Of a name that is defined by an expression,
 * what it has to keep to besides, if anything.
 */
export type Hulls = (name: string) => Interval | undefined

/** Bounds of expressions; each is computed once. */
export type Bounds = (expression: Expression) => Interval

/** Tells the bounds of expressions when each name keeps to its interval. */
export function boundsUnder(hulls: Hulls, lets: Definitions): Bounds {
  const memo = new Map<Expression | string, Interval>()
  return (expression) => boundsOf(expression, hulls, lets, memo)
}

/**
 * Bounds of an expression when each name keeps to its interval. Values that do not exist count for nothing: a rule in
 * which one is needed is false, so "surely false" stays right.
 */
export function boundsOf(
  expression: Expression,
  hulls: Hulls,
  lets: Definitions,
  memo: Map<Expression | string, Interval>,
): Interval {
  if (expression.kind === 'number') return [expression.value, expression.value]
  const known = memo.get(expression)
  if (known) return known
  const found = computed(expression, hulls, lets, memo)
  memo.set(expression, found)
  return found
}

function computed(
  expression: Expression,
  hulls: Hulls,
  lets: Definitions,
  memo: Map<Expression | string, Interval>,
): Interval {
  const bounds = (part: Expression): Interval => boundsOf(part, hulls, lets, memo)
  switch (expression.kind) {
    case 'number':
      return [expression.value, expression.value]
    case 'name': {
      const hull = hulls(expression.name)
      const definition = lets.get(expression.name)
      if (!definition) return hull ?? ANYTHING
      const known = memo.get(expression.name) ?? bounds(definition)
      memo.set(expression.name, known)
      return hull ? common(known, hull) : known
    }
    case 'negate': {
      const [from, to] = bounds(expression.arg)
      return [-to, -from]
    }
    case 'not': {
      const [from, to] = bounds(expression.arg)
      return [1 - to, 1 - from]
    }
    case 'arithmetic':
      return arithmetic(expression.op, bounds(expression.left), bounds(expression.right))
    case 'logic': {
      const [left, right] = [bounds(expression.left), bounds(expression.right)]
      if (expression.op === 'and') return [Math.min(left[0], right[0]), Math.min(left[1], right[1])]
      if (expression.op === 'or') return [Math.max(left[0], right[0]), Math.max(left[1], right[1])]
      return [Math.max(1 - left[1], right[0]), Math.max(1 - left[0], right[1])]
    }
    case 'compare': {
      const [first, second] = expression.terms as readonly [Expression, Expression]
      if (expression.ops.length === 1) return comparison(expression.ops[0]!, bounds(first), bounds(second))
      const terms = expression.terms.map(bounds)
      const results = expression.ops.map((op, i) => comparison(op, terms[i]!, terms[i + 1]!))
      return [Math.min(...results.map(([from]) => from)), Math.min(...results.map(([, to]) => to))]
    }
    case 'call':
      return callBounds(expression.name, expression.args.map(bounds))
    case 'if': {
      const [from, to] = bounds(expression.condition)
      const [yes, no] = [bounds(expression.yes), bounds(expression.no)]
      if (to === 0) return no
      return from === 1 ? yes : hull(yes, no)
    }
    case 'in': {
      const items = expression.items.map(bounds)
      const possible = expression.rows.some((row) =>
        row.every((value, i) => items[i]![0] <= value && value <= items[i]![1]),
      )
      return possible ? UNKNOWN : [0, 0]
    }
  }
}

export function excludesZero([from, to]: Interval): boolean {
  return from > 0 || to < 0
}

/** What two intervals share; the first where that is nothing, which the conditions will tell. */
function common(a: Interval, b: Interval): Interval {
  const [from, to] = [Math.max(a[0], b[0]), Math.min(a[1], b[1])]
  return from <= to ? [from, to] : a
}

function hull(a: Interval, b: Interval): Interval {
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])]
}

function isPoint([from, to]: Interval): boolean {
  return from === to && Number.isSafeInteger(from)
}

/** A value that is known, as an interval; nothing where it does not exist. */
function known(value: Partial | boolean): Interval | undefined {
  return typeof value === 'symbol' ? undefined : [Number(value), Number(value)]
}

export function arithmetic(op: ArithmeticOp, a: Interval, b: Interval): Interval {
  const exact = isPoint(a) && isPoint(b) ? known(calculate(op, a[0], b[0])) : undefined
  if (exact) return exact
  switch (op) {
    case '+':
      return [a[0] + b[0], a[1] + b[1]]
    case '-':
      return [a[0] - b[1], a[1] - b[0]]
    case '*':
      return a[0] >= 0 && b[0] >= 0 ? [product(a[0], b[0]), product(a[1], b[1])] : corners(a, b, product)
    case '/':
      return b[0] > 0 || b[1] < 0 ? corners(a, b, quotient) : ANYTHING
    case '//':
      if (a[0] >= 0 && b[0] > 0) return [flooredWhole(a[0], b[1]), flooredWhole(a[1], b[0])]
      return b[0] > 0 || b[1] < 0 ? corners(a, b, flooredWhole) : ANYTHING
    case '%': {
      if (b[0] <= 0) return b[1] <= 0 && b[0] > -Infinity ? [b[0] + 1, 0] : ANYTHING
      return a[0] >= 0 ? [0, Math.min(a[1], b[1] - 1)] : [0, b[1] - 1]
    }
    case '^':
      return a[0] >= 0 && b[0] >= 0
        ? [Math.min(power(a[0], b[0]), power(a[0], b[1])), Math.max(power(a[1], b[1]), power(a[1], b[0]))]
        : ANYTHING
  }
}

// 1 ** Infinity is NaN in JavaScript, and every comparison with that is false.
function power(x: number, y: number): number {
  return x === 1 ? 1 : x ** y
}

function product(x: number, y: number): number {
  return x === 0 || y === 0 ? 0 : x * y
}

function quotient(x: number, y: number): number {
  if (x === 0) return 0
  return Number.isFinite(y) ? x / y : Number.isFinite(x) ? 0 : x * Math.sign(y)
}

function floored(x: number, y: number): number {
  if (Number.isFinite(x) && Number.isFinite(y)) return floorDiv(x, y)
  // A finite number over an ever larger one tends to 0 from its own side.
  if (Number.isFinite(x)) return x === 0 || Math.sign(x) === Math.sign(y) ? 0 : -1
  return Number.isFinite(y) ? x / y : x * Math.sign(y)
}

function flooredWhole(x: number, y: number): number {
  return Math.floor(floored(x, y))
}

function corners(a: Interval, b: Interval, f: (x: number, y: number) => number): Interval {
  const values = [f(a[0], b[0]), f(a[0], b[1]), f(a[1], b[0]), f(a[1], b[1])]
  return values.some(Number.isNaN) ? ANYTHING : [Math.min(...values), Math.max(...values)]
}

export function comparison(op: CompareOp, a: Interval, b: Interval): Interval {
  switch (op) {
    case '<':
      return [Number(a[1] < b[0]), Number(a[0] < b[1])]
    case '<=':
      return [Number(a[1] <= b[0]), Number(a[0] <= b[1])]
    case '>':
      return comparison('<', b, a)
    case '>=':
      return comparison('<=', b, a)
    case '==': {
      const same = a[0] === a[1] && b[0] === b[1] && a[0] === b[0]
      return [Number(same), Number(a[0] <= b[1] && b[0] <= a[1])]
    }
    case '!=': {
      const [from, to] = comparison('==', a, b)
      return [1 - to, 1 - from]
    }
  }
}

export function callBounds(name: FunctionName, args: readonly Interval[]): Interval {
  const exact = args.every(isPoint)
    ? known(
        call(
          name,
          args.map(([value]) => value),
        ),
      )
    : undefined
  if (exact) return exact
  const a = args[0]!
  const b = args[1] ?? a
  switch (name) {
    case 'min':
      return [Math.min(...args.map(([from]) => from)), Math.min(...args.map(([, to]) => to))]
    case 'max':
      return [Math.max(...args.map(([from]) => from)), Math.max(...args.map(([, to]) => to))]
    case 'abs':
      return a[0] >= 0 ? a : a[1] <= 0 ? [-a[1], -a[0]] : [0, Math.max(-a[0], a[1])]
    case 'ceil_div':
      return b[0] > 0
        ? (corners([-a[1], -a[0]], b, floored)
            .map((x) => 0 - x)
            .reverse() as unknown as Interval)
        : ANYTHING
    case 'round_up':
      return b[0] > 0 ? [a[0], a[1] + b[1] - 1] : ANYTHING
    case 'gcd':
      return [0, Math.max(Math.abs(a[0]), Math.abs(a[1]), Math.abs(b[0]), Math.abs(b[1]))]
    case 'lcm':
      return [0, Infinity]
    case 'log2':
      return a[1] >= 1 ? [Math.floor(Math.log2(Math.max(1, a[0]))), Math.ceil(Math.log2(a[1]))] : ANYTHING
    case 'divides':
      return UNKNOWN
  }
}

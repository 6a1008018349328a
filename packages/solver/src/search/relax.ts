import type { CompareOp, Expression } from '../language/expression.ts'
import type { Definitions } from '../values/evaluate.ts'
import { excludesZero, type Bounds, type Hulls, type Interval } from '../values/interval.ts'
import { divisibility } from './divisibility.ts'
import type { Emitter } from './emit.ts'
import type { Locals } from './locals.ts'
import type { Problem } from './problem.ts'

// What a condition still allows when only some of its names are known: JavaScript that is false only where the condition
// is false whatever the others are. Interval arithmetic, written out: known names stand for themselves, the others for
// their least and largest values.

/** JavaScript for a bound of an expression, and what the text itself can come to. */
interface Bound {
  readonly text: string
  readonly range: Interval
}

/** Remainders are exact up to here. */
const SAFE = 2 ** 52

export class Relaxer {
  readonly #locals: Locals
  readonly #emitter: Emitter
  readonly #bounds: Bounds
  readonly #hulls: Hulls
  readonly #definitions: Definitions
  readonly #depth: number

  /** What is known is what the loops up to a depth know. */
  constructor(locals: Locals, { bounds, hulls, definitions }: Problem, depth: number) {
    this.#locals = locals
    this.#emitter = locals.emitter
    this.#bounds = bounds
    this.#hulls = hulls
    this.#definitions = definitions
    this.#depth = depth
  }

  /** A condition that this one implies, or nothing where it would always be true. */
  possible(condition: Expression): string | undefined {
    const divided = this.#divisors(condition)
    const compared = this.#possible(condition)
    return divided && compared ? `(${divided}&&${compared})` : (divided ?? compared)
  }

  /** A number that the expression does not go below, or nothing where no bound is finite. */
  least(expression: Expression): string | undefined {
    const { text, range } = this.#bound(expression, 0)
    return Number.isFinite(range[0]) ? text : undefined
  }

  most(expression: Expression): string | undefined {
    const { text, range } = this.#bound(expression, 1)
    return Number.isFinite(range[1]) ? text : undefined
  }

  #possible(condition: Expression): string | undefined {
    switch (condition.kind) {
      case 'name': {
        const definition = this.#definitions.get(condition.name)
        return definition && this.#possible(definition)
      }
      case 'not':
        return this.#refuted(condition.arg, (text) => `!${text}`)
      case 'logic': {
        if (condition.op === 'implies')
          return either(
            this.#refuted(condition.left, (text) => `!${text}`),
            this.#possible(condition.right),
          )
        const [left, right] = [this.#possible(condition.left), this.#possible(condition.right)]
        if (condition.op === 'or') return either(left, right)
        return left && right ? `(${left}&&${right})` : (left ?? right)
      }
      case 'compare': {
        const links = condition.ops.map((op, i) => this.#link(op, condition.terms[i]!, condition.terms[i + 1]!))
        const texts = links.filter((text) => text !== undefined)
        return texts.length === 0 ? undefined : `(${texts.join('&&')})`
      }
      default:
        return undefined
    }
  }

  /** The text of a condition under a `not`, which has to be known wholly. */
  #refuted(condition: Expression, negated: (text: string) => string): string | undefined {
    if (!this.#isWhole(condition)) return undefined
    const { text, risky } = this.#emitter.emit(condition)
    return risky ? undefined : negated(text)
  }

  #link(op: CompareOp, left: Expression, right: Expression): string | undefined {
    switch (op) {
      case '<':
      case '<=':
        return notAbove(this.#bound(left, 0), this.#bound(right, 1), op)
      case '>':
      case '>=':
        return notAbove(this.#bound(right, 0), this.#bound(left, 1), op === '>' ? '<' : '<=')
      case '==': {
        const under = notAbove(this.#bound(left, 0), this.#bound(right, 1), '<=')
        const over = notAbove(this.#bound(right, 0), this.#bound(left, 1), '<=')
        return under && over ? `${under}&&${over}` : (under ?? over)
      }
      case '!=':
        return undefined
    }
  }

  /** What is divided by a product is divided by each part of it: those factors that are known, and not 0. */
  #divisors(condition: Expression): string | undefined {
    const found = divisibility(condition, this.#definitions)
    if (!found || !this.#isWhole(found.dividend)) return undefined
    const dividend = this.#emitter.emit(found.dividend)
    const factors = found.factors
      .filter((factor) => this.#isWhole(factor) && excludesZero(this.#bounds(factor)))
      .map((factor) => this.#emitter.emit(factor))
    const isExact = [dividend, ...factors].every(({ risky }) => !risky)
    const largest = factors.reduce((product, { bounds }) => product * Math.max(...bounds.map(Math.abs)), 1)
    if (!isExact || factors.length === 0 || largest > SAFE || !isWithin(dividend.bounds)) return undefined
    return `(${dividend.text}%(${factors.map(({ text }) => text).join('*')})===0)`
  }

  #isWhole(expression: Expression): boolean {
    return this.#locals.knownAt(expression) <= this.#depth
  }

  #bound(expression: Expression, end: 0 | 1): Bound {
    const bounds = this.#bounds(expression)
    const at = this.#locals.knownAt(expression)
    if (at <= this.#depth && at > -2) {
      const { text, risky } = this.#emitter.emit(expression)
      if (!risky) return { text, range: bounds }
    }
    const found = this.#inner(expression, end)
    return found && !found.range.some(Number.isNaN) ? found : constant(bounds[end])
  }

  #inner(expression: Expression, end: 0 | 1): Bound | undefined {
    const other = end === 0 ? 1 : 0
    const isAtLeast = (part: Expression, least: number): boolean => this.#bounds(part)[0] >= least
    switch (expression.kind) {
      case 'name': {
        const definition = this.#definitions.get(expression.name)
        const hull = this.#hulls(expression.name)
        const inner = definition && this.#bound(definition, end)
        return inner && hull ? limited(inner, hull[end], end) : inner
      }
      case 'arithmetic': {
        const { op, left, right } = expression
        if (op === '+') return combined('+', this.#bound(left, end), this.#bound(right, end))
        if (op === '-') return combined('-', this.#bound(left, end), this.#bound(right, other))
        if (!isAtLeast(left, 0) || !isAtLeast(right, op === '*' ? 0 : 1)) return undefined
        if (op === '*') return combined('*', this.#bound(left, end), this.#bound(right, end))
        if (op === '/') return quotient('', this.#bound(left, end), this.#bound(right, other))
        if (op === '//') return quotient('Math.floor', this.#bound(left, end), this.#bound(right, other))
        return undefined
      }
      case 'call': {
        const [a, b] = expression.args as readonly [Expression, Expression]
        if (expression.name === 'min' || expression.name === 'max') {
          const parts = expression.args.map((arg) => this.#bound(arg, end))
          const pick = Math[expression.name]
          return {
            text: `Math.${expression.name}(${parts.map(({ text }) => text).join(',')})`,
            range: [pick(...parts.map(({ range }) => range[0])), pick(...parts.map(({ range }) => range[1]))],
          }
        }
        if (expression.name === 'ceil_div' && isAtLeast(a, 0) && isAtLeast(b, 1))
          return quotient('Math.ceil', this.#bound(a, end), this.#bound(b, other))
        if (expression.name === 'round_up' && isAtLeast(a, 0) && isAtLeast(b, 1)) {
          const inner = this.#bound(a, end)
          return end === 0 ? inner : combined('+', inner, this.#bound(b, 1))
        }
        return undefined
      }
      case 'if': {
        const [yes, no] = [this.#bound(expression.yes, end), this.#bound(expression.no, end)]
        const range: Interval = [Math.min(yes.range[0], no.range[0]), Math.max(yes.range[1], no.range[1])]
        if (this.#isWhole(expression.condition)) {
          const { text, risky } = this.#emitter.emit(expression.condition)
          if (!risky) return { text: `(${text}?${yes.text}:${no.text})`, range }
        }
        return { text: `Math.${end === 0 ? 'min' : 'max'}(${yes.text},${no.text})`, range }
      }
      default:
        return undefined
    }
  }
}

function either(left: string | undefined, right: string | undefined): string | undefined {
  return left && right ? `(${left}||${right})` : undefined
}

/** `least <= most`, or nothing where that is always so. */
function notAbove(least: Bound, most: Bound, op: '<' | '<='): string | undefined {
  if (least.range[0] === -Infinity || most.range[1] === Infinity) return undefined
  const isAlways = op === '<' ? least.range[1] < most.range[0] : least.range[1] <= most.range[0]
  return isAlways ? undefined : `${least.text}${op}${most.text}`
}

/** A bound that does not go past a limit: not below it for a lower one, not above it for an upper one. */
function limited(bound: Bound, limit: number, end: 0 | 1): Bound {
  const pick = end === 0 ? Math.max : Math.min
  const [from, to] = bound.range
  if (pick(from, limit) === from && pick(to, limit) === to) return bound
  return {
    text: `Math.${end === 0 ? 'max' : 'min'}(${bound.text},${limit})`,
    range: [pick(from, limit), pick(to, limit)],
  }
}

function combined(op: '+' | '-' | '*', a: Bound, b: Bound): Bound {
  const calculate = (x: number, y: number): number => (op === '+' ? x + y : op === '-' ? x - y : x * y)
  const range: Interval =
    op === '-'
      ? [calculate(a.range[0], b.range[1]), calculate(a.range[1], b.range[0])]
      : [calculate(a.range[0], b.range[0]), calculate(a.range[1], b.range[1])]
  return { text: `(${a.text}${op}${b.text})`, range }
}

function quotient(rounded: '' | 'Math.floor' | 'Math.ceil', a: Bound, b: Bound): Bound {
  const round = rounded === 'Math.floor' ? Math.floor : rounded === 'Math.ceil' ? Math.ceil : (x: number) => x
  return {
    text: `${rounded}(${a.text}/${b.text})`,
    range: [round(a.range[0] / b.range[1]), round(a.range[1] / b.range[0])],
  }
}

function constant(value: number): Bound {
  return { text: value < 0 ? `(${value})` : `${value}`, range: [value, value] }
}

function isWithin([from, to]: Interval): boolean {
  return from >= -SAFE && to <= SAFE
}

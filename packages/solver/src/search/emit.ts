import { calculate, call, OVERFLOW, UNDEFINED, type Partial } from '../values/arithmetic.ts'
import type { Expression } from '../language/expression.ts'
import type { Bounds, Interval } from '../values/interval.ts'

// JavaScript for expressions. Where bounds show that nothing can go wrong the text is plain arithmetic; elsewhere
// `trouble` says afterwards what did.

export const NO_VALUE = 1
export const TOO_LARGE = 2

/** What the emitted text may call. */
export interface Helpers {
  /** What went wrong first since this was set to 0: `NO_VALUE` or `TOO_LARGE`. */
  trouble: number
  readonly none: () => number
  readonly add: (a: number, b: number) => number
  readonly sub: (a: number, b: number) => number
  readonly mul: (a: number, b: number) => number
  readonly div: (a: number, b: number) => number
  readonly floorDiv: (a: number, b: number) => number
  readonly mod: (a: number, b: number) => number
  readonly pow: (a: number, b: number) => number
  readonly call: (name: Parameters<typeof call>[0], ...args: number[]) => number
}

export function helpers(): Helpers {
  const checked = (value: Partial | boolean): number => {
    if (value !== UNDEFINED && value !== OVERFLOW) return value as number
    self.trouble ||= value === UNDEFINED ? NO_VALUE : TOO_LARGE
    return 0
  }
  const self: Helpers = {
    trouble: 0,
    none: () => checked(UNDEFINED),
    add: (a, b) => checked(calculate('+', a, b)),
    sub: (a, b) => checked(calculate('-', a, b)),
    mul: (a, b) => checked(calculate('*', a, b)),
    div: (a, b) => checked(calculate('/', a, b)),
    floorDiv: (a, b) => checked(calculate('//', a, b)),
    mod: (a, b) => checked(calculate('%', a, b)),
    pow: (a, b) => checked(calculate('^', a, b)),
    call: (name, ...args) => checked(call(name, args)),
  }
  return self
}

export interface Emitted {
  readonly text: string
  readonly bounds: Interval
  /** Whether a helper that may set `trouble` is called. */
  readonly risky: boolean
}

/** How names are written: a parameter's local variable, a let's local variable, or a given's value. */
export type NameText = (name: string) => { readonly text: string; readonly risky: boolean }

// Sums and products of integers up to here are exact in doubles, and so is a quotient's floor (the distance of a/b to
// the next integer is at least 1/b, a rounding error at most a/b · 2^-53).
const SAFE = 2 ** 52

export class Emitter {
  readonly #bounds: Bounds
  readonly #names: NameText
  #shared = 0

  constructor(bounds: Bounds, names: NameText) {
    this.#bounds = bounds
    this.#names = names
  }

  emit(expression: Expression): Emitted {
    const bounds = this.#bounds(expression)
    const { text, risky } = this.#text(expression, bounds)
    return { text, bounds, risky }
  }

  // A text that is needed more than once is computed at its first place and read at the others: written out each time,
  // nested ones would grow without measure. Whoever uses the text declares s0, s1 …, which it assigns to.
  #share(text: string): { readonly first: string; readonly again: string } {
    if (/^\w+$/.test(text)) return { first: text, again: text }
    const name = `s${this.#shared++}`
    return { first: `(${name}=${text})`, again: name }
  }

  #text(expression: Expression, bounds: Interval): { readonly text: string; readonly risky: boolean } {
    const parts = (list: readonly Expression[]): readonly Emitted[] => list.map((part) => this.emit(part))
    const anyRisky = (list: readonly Emitted[]): boolean => list.some(({ risky }) => risky)
    switch (expression.kind) {
      case 'number':
        return { text: `${expression.value}`, risky: false }
      case 'name':
        return this.#names(expression.name)
      case 'negate': {
        const arg = this.emit(expression.arg)
        return { text: `(0-${arg.text})`, risky: arg.risky }
      }
      case 'not': {
        const arg = this.emit(expression.arg)
        return { text: `!${arg.text}`, risky: arg.risky }
      }
      case 'arithmetic':
        return this.#arithmetic(expression.op, this.emit(expression.left), this.emit(expression.right), bounds)
      case 'logic': {
        const [left, right] = [this.emit(expression.left), this.emit(expression.right)]
        const [negation, operator] = { and: ['', '&&'], or: ['', '||'], implies: ['!', '||'] }[expression.op]
        return { text: `(${negation}${left.text}${operator}${right.text})`, risky: left.risky || right.risky }
      }
      case 'compare': {
        const terms = parts(expression.terms)
        const texts = terms.map(({ text }, i) =>
          i > 0 && i < terms.length - 1 ? this.#share(text) : { first: text, again: text },
        )
        const links = expression.ops.map((op, i) => {
          const sign = op === '==' || op === '!=' ? `${op}=` : op
          return `${texts[i]!.again}${sign}${texts[i + 1]!.first}`
        })
        return { text: `(${links.join('&&')})`, risky: anyRisky(terms) }
      }
      case 'call':
        return this.#call(expression.name, parts(expression.args))
      case 'if': {
        const branches = parts([expression.condition, expression.yes, expression.no])
        const [condition, yes, no] = branches.map(({ text }) => text)
        return { text: `(${condition}?${yes}:${no})`, risky: anyRisky(branches) }
      }
      case 'in': {
        const items = parts(expression.items)
        const texts = items.map(({ text }) => this.#share(text))
        const rows = expression.rows.map((row) =>
          row.map((value, i) => `${texts[i]!.again}===${value < 0 ? `(${value})` : value}`).join('&&'),
        )
        // Every item is computed, whichever row it fails in: one that has no value makes the rule false.
        const all = texts.map(({ first }) => first).join(',')
        return { text: `(${all},${rows.map((row) => `(${row})`).join('||')})`, risky: anyRisky(items) }
      }
    }
  }

  #arithmetic(
    op: string,
    left: Emitted,
    right: Emitted,
    bounds: Interval,
  ): { readonly text: string; readonly risky: boolean } {
    const risky = left.risky || right.risky
    const isSafe = bounds[0] >= -SAFE && bounds[1] <= SAFE
    const isDivisible = isWithin(left, SAFE) && isWithin(right, SAFE) && right.bounds[0] > 0
    if ((op === '+' || op === '-' || op === '*') && isSafe) return { text: `(${left.text}${op}${right.text})`, risky }
    if (op === '//' && isDivisible) return { text: this.#floor(left.text, left.bounds[0], right.text), risky }
    if (op === '%' && isDivisible) {
      if (left.bounds[0] >= 0) return { text: `(${left.text}%${right.text})`, risky }
      const divisor = this.#share(right.text)
      return { text: `((${left.text}%${divisor.first}+${divisor.again})%${divisor.again})`, risky }
    }
    if (op === '/' && isDivisible) {
      const [dividend, divisor] = [this.#share(left.text), this.#share(right.text)]
      const quotient = `${dividend.again}/${divisor.again}`
      return { text: `(${dividend.first}%${divisor.first}===0?${quotient}:H.none())`, risky: true }
    }
    const helper = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '//': 'floorDiv', '%': 'mod', '^': 'pow' }[op]
    return { text: `H.${helper}(${left.text},${right.text})`, risky: true }
  }

  // Integers all the way where nothing is negative: a fraction in between is a number on the heap until the loops have
  // been optimised.
  #floor(left: string, least: number, right: string): string {
    if (least < 0) return `Math.floor(${left}/${right})`
    const [dividend, divisor] = [this.#share(left), this.#share(right)]
    return `((${dividend.first}-${dividend.again}%${divisor.first})/${divisor.again})`
  }

  #call(name: string, args: readonly Emitted[]): { readonly text: string; readonly risky: boolean } {
    const risky = args.some((arg) => arg.risky)
    const texts = args.map(({ text }) => text)
    const [a, b] = args
    const isSmall = args.every((arg) => isWithin(arg, SAFE / 2))
    if (name === 'min' || name === 'max' || name === 'abs') return { text: `Math.${name}(${texts.join(',')})`, risky }
    if ((name === 'ceil_div' || name === 'round_up') && isSmall && b!.bounds[0] > 0) {
      const divisor = this.#share(b!.text)
      // The divisor is read first: its place is the first in the text.
      const quotient = this.#floor(`(${divisor.first}-1+${a!.text})`, a!.bounds[0], divisor.again)
      return { text: name === 'ceil_div' ? quotient : `(${quotient}*${divisor.again})`, risky }
    }
    if (name === 'divides' && isSmall && a!.bounds[0] > 0) return { text: `(${b!.text}%${a!.text}===0)`, risky }
    return { text: `H.call(${JSON.stringify(name)},${texts.join(',')})`, risky: true }
  }
}

function isWithin({ bounds: [from, to] }: Emitted, limit: number): boolean {
  return from >= -limit && to <= limit
}

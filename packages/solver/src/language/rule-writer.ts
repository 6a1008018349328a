import { parse, type Model } from './model.ts'
import { SpaceError } from './source.ts'

// Rules written in TypeScript become the text of a rule file, which is then read like any other: one language, one
// reader, one set of messages. Numbers and conditions have types of their own, so what the reader would refuse does not
// compile.

/** An integer: a name, a number, or what is computed from them. */
export interface Term {
  readonly kind: 'term'
  readonly text: string
}

export interface Condition {
  readonly kind: 'condition'
  readonly text: string
}

/** Values of a parameter. */
export interface DomainText {
  readonly kind: 'domain'
  readonly text: string
}

export type Operand = Term | number

/** `-7` stands in brackets, so that it may follow any operator. */
function textOf(operand: Operand): string {
  if (typeof operand !== 'number') return operand.text
  if (!Number.isSafeInteger(operand))
    throw new SpaceError('E_SPACE_FORMAT', `${operand} is not an integer up to 2^53; rules are about integers`)
  return operand < 0 ? `(${operand})` : `${operand}`
}

function term(text: string): Term {
  return { kind: 'term', text }
}

function condition(text: string): Condition {
  return { kind: 'condition', text }
}

function infix(op: string): (left: Operand, right: Operand) => Term {
  return (left, right) => term(`(${textOf(left)} ${op} ${textOf(right)})`)
}

function comparison(op: string): (left: Operand, right: Operand) => Condition {
  return (left, right) => condition(`(${textOf(left)} ${op} ${textOf(right)})`)
}

function called(name: string): (...args: readonly Operand[]) => Term {
  return (...args) => term(`${name}(${args.map(textOf).join(', ')})`)
}

export const add: (left: Operand, right: Operand) => Term = infix('+')
export const subtract: (left: Operand, right: Operand) => Term = infix('-')
export const multiply: (left: Operand, right: Operand) => Term = infix('*')
/** Exact: an uneven quotient has no value. */
export const divide: (left: Operand, right: Operand) => Term = infix('/')
export const floorDivide: (left: Operand, right: Operand) => Term = infix('//')
export const remainder: (left: Operand, right: Operand) => Term = infix('%')
export const power: (left: Operand, right: Operand) => Term = infix('^')
export const min: (...args: readonly Operand[]) => Term = called('min')
export const max: (...args: readonly Operand[]) => Term = called('max')
export const abs: (value: Operand) => Term = called('abs')
export const ceilDivide: (left: Operand, right: Operand) => Term = called('ceil_div')
export const roundUp: (value: Operand, step: Operand) => Term = called('round_up')
export const gcd: (left: Operand, right: Operand) => Term = called('gcd')
export const lcm: (left: Operand, right: Operand) => Term = called('lcm')
export const log2: (value: Operand) => Term = called('log2')

export const equal: (left: Operand, right: Operand) => Condition = comparison('==')
export const unequal: (left: Operand, right: Operand) => Condition = comparison('!=')
export const less: (left: Operand, right: Operand) => Condition = comparison('<')
export const atMost: (left: Operand, right: Operand) => Condition = comparison('<=')
export const greater: (left: Operand, right: Operand) => Condition = comparison('>')
export const atLeast: (left: Operand, right: Operand) => Condition = comparison('>=')

export function divides(divisor: Operand, value: Operand): Condition {
  return condition(`divides(${textOf(divisor)}, ${textOf(value)})`)
}

export function and(...conditions: readonly [Condition, ...Condition[]]): Condition {
  return condition(`(${conditions.map(({ text }) => text).join(' and ')})`)
}

export function or(...conditions: readonly [Condition, ...Condition[]]): Condition {
  return condition(`(${conditions.map(({ text }) => text).join(' or ')})`)
}

export function not({ text }: Condition): Condition {
  return condition(`(not ${text})`)
}

export function implies(left: Condition, right: Condition): Condition {
  return condition(`(${left.text} implies ${right.text})`)
}

/** A number or a condition, after a condition. */
export function choose(test: Condition, yes: Condition, no: Condition): Condition
export function choose(test: Condition, yes: Operand, no: Operand): Term
export function choose(test: Condition, yes: Condition | Operand, no: Condition | Operand): Condition | Term {
  const text = (value: Condition | Operand): string => (typeof value === 'number' ? textOf(value) : value.text)
  const whole = `(if ${test.text} then ${text(yes)} else ${text(no)})`
  return typeof yes !== 'number' && yes.kind === 'condition' ? condition(whole) : term(whole)
}

/** Whether some terms together are one of the rows: `oneOf([A, B], [[1, 2], [2, 4]])`. */
export function oneOf(terms: readonly [Term, ...Term[]], rows: readonly (readonly number[])[]): Condition {
  const tuple = (texts: readonly string[]): string => (terms.length === 1 ? texts[0]! : `(${texts.join(', ')})`)
  const signed = (value: number): string => textOf(value).replace(/[()]/g, '')
  const left = tuple(terms.map(({ text }) => text))
  return condition(`(${left} in [${rows.map((row) => tuple(row.map(signed))).join(', ')}])`)
}

export function values(...list: readonly [Operand, ...Operand[]]): DomainText {
  return { kind: 'domain', text: `[${list.map(textOf).join(', ')}]` }
}

/** Both ends count; without `to`, as far as the rules let it. */
export function range(from: Operand, to?: Operand, step?: Operand): DomainText {
  const end = to === undefined ? '' : textOf(to)
  return { kind: 'domain', text: `${textOf(from)}..${end}${step === undefined ? '' : ` step ${textOf(step)}`}` }
}

export function divisors(value: Operand): DomainText {
  return { kind: 'domain', text: `divisors(${textOf(value)})` }
}

export function powersOfTwo(from: Operand, to: Operand): DomainText {
  return { kind: 'domain', text: `pow2(${textOf(from)}..${textOf(to)})` }
}

/**
 * Writes a rule file in TypeScript.
 *
 * @example
 * const rules = new RuleWriter()
 * const sms = rules.given('SMS')
 * const blocks = rules.param('BLOCKS', range(1, 256))
 * rules.rule('resident', atMost(blocks, sms))
 * const space = bind(rules.maximise(blocks).model(), { SMS: 132 })
 */
export class RuleWriter {
  readonly #lines: string[] = []
  readonly #file: string

  /** `file` is what messages call it. */
  constructor(file: string = 'rules.space') {
    this.#file = file
  }

  /** The rule file so far. */
  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join('')
  }

  given(name: string): Term {
    return this.#named('given', name, '')
  }

  param(name: string, domain: DomainText): Term {
    return this.#named('param', name, ` in ${domain.text}`)
  }

  /** A name for a term or a condition. */
  let(name: string, value: Condition): Condition
  let(name: string, value: Operand): Term
  let(name: string, value: Condition | Operand): Condition | Term {
    const text = typeof value === 'number' ? textOf(value) : value.text
    const named = this.#named('let', name, ` = ${text}`)
    return typeof value !== 'number' && value.kind === 'condition' ? condition(named.text) : named
  }

  rule(name: string, { text }: Condition): this {
    if (/["\n]/.test(name))
      throw new SpaceError(
        'E_SPACE_FORMAT',
        `${JSON.stringify(name)} cannot name a rule; leave quotes and line ends out`,
      )
    this.#lines.push(`rule "${name}" : ${text}`)
    return this
  }

  minimise(value: Operand): this {
    this.#lines.push(`minimise ${textOf(value)}`)
    return this
  }

  maximise(value: Operand): this {
    this.#lines.push(`maximise ${textOf(value)}`)
    return this
  }

  /** The model, as `parse` reads it. Throws `SpaceError` where the text makes no sense, such as for a name used twice. */
  model(): Model {
    return parse(this.text, { file: this.#file })
  }

  #named(keyword: string, name: string, rest: string): Term {
    if (!/^[A-Za-z_]\w*$/.test(name))
      throw new SpaceError('E_SPACE_NAME', `${JSON.stringify(name)} is not a name; use letters, digits and _`)
    this.#lines.push(`${keyword} ${name}${rest}`)
    return term(name)
  }
}

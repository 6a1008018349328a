import {
  ARITY,
  type ArithmeticOp,
  type CompareOp,
  type Expression,
  type FunctionName,
  type LogicOp,
} from './expression.ts'
import type { Domain } from './model.ts'
import { join, SpaceError, suggestion, type Source, type Span } from './source.ts'
import { tokensOf, type Token } from './tokens.ts'

/** A statement as it stands in the file; names are not checked yet. */
export type Statement =
  | { readonly kind: 'given'; readonly names: readonly Token[] }
  | { readonly kind: 'param'; readonly name: Token; readonly domain: Domain; readonly at: Span }
  | { readonly kind: 'let'; readonly name: Token; readonly value: Expression }
  | { readonly kind: 'rule'; readonly name: Token; readonly condition: Expression }
  | {
      readonly kind: 'objective'
      readonly direction: 'minimise' | 'maximise'
      readonly value: Expression
      readonly at: Span
    }
  | { readonly kind: 'import'; readonly path: Token }

const STATEMENTS = ['given', 'param', 'let', 'rule', 'minimise', 'maximise', 'import']
const SUMS: readonly string[] = ['+', '-']
const PRODUCTS: readonly string[] = ['*', '/', '//', '%']
const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>=']
// Brackets and operators deeper than this are a mistake, and would exhaust the stack of whatever walks them.
const DEEPEST = 200
// So would a chain of this many operators: each holds all before it.
const LONGEST = 500

/** The statements of a source, in order. Throws `E_SPACE_SYNTAX` with the place of the first thing that is not one. */
export function statementsOf(source: Source): readonly Statement[] {
  const parser = new Parser(tokensOf(source))
  const statements: Statement[] = []
  while (!parser.atEnd()) statements.push(parser.statement())
  return statements
}

/** The one expression that a text holds. */
export function expressionOf(source: Source): Expression {
  const parser = new Parser(tokensOf(source))
  const expression = parser.expression()
  parser.expectEnd()
  return expression
}

class Parser {
  readonly #tokens: readonly Token[]
  #position = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  atEnd(): boolean {
    return this.#peek().kind === 'end'
  }

  expectEnd(): void {
    if (!this.atEnd()) this.#fail(`expected an operator, found ${this.#peek().text}`)
  }

  statement(): Statement {
    const token = this.#next()
    switch (token.kind === 'word' ? token.text : '') {
      case 'given': {
        const names = [this.#name()]
        while (this.#take(',')) names.push(this.#name())
        return { kind: 'given', names }
      }
      case 'param': {
        const name = this.#name()
        this.#expect('in')
        const domain = this.#domain()
        return { kind: 'param', name, domain, at: this.#since(token) }
      }
      case 'let': {
        const name = this.#name()
        this.#expect('=')
        return { kind: 'let', name, value: this.expression() }
      }
      case 'rule': {
        const name = this.#next()
        if (name.kind !== 'string')
          this.#fail('a rule needs a name in quotes, which is what people read when nothing fits', name)
        this.#expect(':')
        return { kind: 'rule', name, condition: this.expression() }
      }
      case 'minimise':
      case 'maximise': {
        const value = this.expression()
        return { kind: 'objective', direction: token.text as 'minimise' | 'maximise', value, at: this.#since(token) }
      }
      case 'import': {
        const path = this.#next()
        if (path.kind !== 'string') this.#fail('import needs a file name in quotes', path)
        return { kind: 'import', path }
      }
    }
    const hint = token.kind === 'name' ? suggestion(token.text, STATEMENTS) : ''
    return this.#fail(
      `expected an operator or a statement (${STATEMENTS.join(', ')}), found ${token.text}${hint}`,
      token,
    )
  }

  expression(): Expression {
    if (++this.#depth > DEEPEST) this.#fail(`expressions nest deeper than ${DEEPEST} levels; split this one with let`)
    const result =
      this.#peek().text === 'if' && this.#peek().kind === 'word' ? this.#conditional() : this.#implication()
    this.#depth--
    return result
  }

  #conditional(): Expression {
    const start = this.#next()
    const condition = this.expression()
    this.#expect('then')
    const yes = this.expression()
    this.#expect('else')
    const no = this.expression()
    return { kind: 'if', condition, yes, no, at: this.#since(start) }
  }

  #implication(): Expression {
    const left = this.#logic('or')
    if (!this.#take('implies')) return left
    const right = this.#nested(() => this.#implication())
    return { kind: 'logic', op: 'implies', left, right, at: join(left.at, right.at) }
  }

  #logic(op: LogicOp & ('or' | 'and')): Expression {
    let left = op === 'or' ? this.#logic('and') : this.#negation()
    for (let length = 1; this.#take(op); length++) {
      this.#expectShort(length)
      const right = op === 'or' ? this.#logic('and') : this.#negation()
      left = { kind: 'logic', op, left, right, at: join(left.at, right.at) }
    }
    return left
  }

  #negation(): Expression {
    const start = this.#peek()
    if (!this.#take('not')) return this.#comparison()
    const arg = this.#nested(() => this.#negation())
    return { kind: 'not', arg, at: join(start.at, arg.at) }
  }

  #comparison(): Expression {
    const start = this.#position
    if (this.#isTuple()) return this.#tuple()
    const first = this.#sum()
    if (this.#take('in')) return this.#membership([first], this.#tokens[start]!)
    const terms = [first]
    const ops: CompareOp[] = []
    while (this.#isOneOf(COMPARISONS)) {
      ops.push(this.#next().text as CompareOp)
      terms.push(this.#sum())
    }
    if (this.#peek().text === '=' && this.#peek().kind === 'sign') this.#fail('= only names a let; compare with ==')
    return ops.length === 0 ? first : { kind: 'compare', terms, ops, at: join(first.at, terms.at(-1)!.at) }
  }

  /** Whether `(A, B) in …` starts here: a comma in the first bracket, at its own depth. */
  #isTuple(): boolean {
    if (this.#peek().text !== '(') return false
    for (let i = this.#position, depth = 0; i < this.#tokens.length; i++) {
      const { text, kind } = this.#tokens[i]!
      if (kind !== 'sign') continue
      if (text === '(' || text === '[') depth++
      if ((text === ')' || text === ']') && --depth === 0) return false
      if (text === ',' && depth === 1) return true
    }
    return false
  }

  #tuple(): Expression {
    const start = this.#next()
    const items = [this.expression()]
    while (this.#take(',')) items.push(this.expression())
    this.#expect(')')
    this.#expect('in')
    return this.#membership(items, start)
  }

  #membership(items: readonly Expression[], start: Token): Expression {
    this.#expect('[')
    const rows: number[][] = []
    do {
      const open = this.#peek()
      const row = items.length > 1 ? this.#row() : [this.#integer()]
      if (row.length !== items.length) this.#fail(`this row has ${row.length} numbers, the tuple ${items.length}`, open)
      rows.push(row)
    } while (this.#take(','))
    this.#expect(']')
    return { kind: 'in', items, rows, at: this.#since(start) }
  }

  #row(): number[] {
    this.#expect('(')
    const row = [this.#integer()]
    while (this.#take(',')) row.push(this.#integer())
    this.#expect(')')
    return row
  }

  #integer(): number {
    const negative = this.#take('-')
    const token = this.#next()
    if (token.kind !== 'number') this.#fail(`expected a number, found ${token.text}`, token)
    return negative ? -Number(token.text) : Number(token.text)
  }

  #sum(): Expression {
    return this.#chain(SUMS)
  }

  #chain(signs: readonly string[]): Expression {
    let left = this.#operand(signs)
    for (let length = 1; this.#isOneOf(signs); length++) {
      const op = this.#next().text as ArithmeticOp
      this.#expectShort(length)
      const right = this.#operand(signs)
      left = { kind: 'arithmetic', op, left, right, at: join(left.at, right.at) }
    }
    return left
  }

  #operand(signs: readonly string[]): Expression {
    return signs === SUMS ? this.#chain(PRODUCTS) : this.#unary()
  }

  #unary(): Expression {
    const start = this.#peek()
    if (!this.#take('-')) return this.#power()
    const arg = this.#nested(() => this.#unary())
    return { kind: 'negate', arg, at: join(start.at, arg.at) }
  }

  #power(): Expression {
    const left = this.#primary()
    if (!this.#take('^')) return left
    const right = this.#nested(() => this.#unary())
    return { kind: 'arithmetic', op: '^', left, right, at: join(left.at, right.at) }
  }

  #primary(): Expression {
    const token = this.#next()
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text), at: token.at }
    if (token.kind === 'sign' && token.text === '(') {
      const inner = this.expression()
      this.#expect(')')
      // With its brackets: a rule's text is cut from the source by where its parts begin and end.
      return { ...inner, at: this.#since(token) }
    }
    if (token.kind === 'name')
      return this.#take('(') ? this.#call(token) : { kind: 'name', name: token.text, at: token.at }
    return this.#fail(`expected a number, a name or a bracket, found ${token.text}`, token)
  }

  #call(token: Token): Expression {
    if (!Object.hasOwn(ARITY, token.text)) {
      const names = Object.keys(ARITY)
      throw new SpaceError(
        'E_SPACE_NAME',
        `there is no function ${token.text}${suggestion(token.text, names) || `; there are ${names.join(', ')}`}`,
        token.at,
      )
    }
    const name = token.text as FunctionName
    const args = [this.expression()]
    while (this.#take(',')) args.push(this.expression())
    this.#expect(')')
    const [least, most] = ARITY[name]
    const at = this.#since(token)
    if (args.length < least || args.length > most)
      throw new SpaceError(
        'E_SPACE_SYNTAX',
        `${name} takes ${least} argument${least === 1 ? '' : 's'}, not ${args.length}`,
        at,
      )
    return { kind: 'call', name, args, at }
  }

  #domain(): Domain {
    const start = this.#peek()
    if (this.#take('[')) {
      const values = [this.expression()]
      while (this.#take(',')) values.push(this.expression())
      this.#expect(']')
      return { kind: 'list', values, at: this.#since(start) }
    }
    if (start.kind === 'name' && (start.text === 'divisors' || start.text === 'pow2')) {
      this.#next()
      this.#expect('(')
      const first = this.expression()
      if (start.text === 'divisors') {
        this.#expect(')')
        return { kind: 'divisors', of: first, at: this.#since(start) }
      }
      this.#expect('..')
      const to = this.expression()
      this.#expect(')')
      return { kind: 'pow2', from: first, to, at: this.#since(start) }
    }
    const from = this.#sum()
    this.#expect('..')
    const { kind, text } = this.#peek()
    const isOpen = kind === 'end' || (kind === 'word' && [...STATEMENTS, 'step'].includes(text))
    const to = isOpen ? undefined : this.#sum()
    const step = this.#take('step') ? this.#sum() : undefined
    return { kind: 'range', from, ...(to && { to }), ...(step && { step }), at: this.#since(start) }
  }

  #expectShort(length: number): void {
    if (length > LONGEST)
      this.#fail(`more than ${LONGEST} operators stand side by side; split this expression with let`)
  }

  #nested(parse: () => Expression): Expression {
    if (++this.#depth > DEEPEST) this.#fail(`expressions nest deeper than ${DEEPEST} levels; split this one with let`)
    const result = parse()
    this.#depth--
    return result
  }

  #name(): Token {
    const token = this.#next()
    if (token.kind !== 'name') this.#fail(`expected a name, found ${token.text}`, token)
    return token
  }

  #peek(): Token {
    return this.#tokens[this.#position]!
  }

  #next(): Token {
    const token = this.#peek()
    if (token.kind !== 'end') this.#position++
    return token
  }

  #take(text: string): boolean {
    const token = this.#peek()
    if (token.text !== text || (token.kind !== 'sign' && token.kind !== 'word')) return false
    this.#position++
    return true
  }

  #isOneOf(signs: readonly string[]): boolean {
    const { kind, text } = this.#peek()
    return kind === 'sign' && signs.includes(text)
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail(`expected ${text}, found ${this.#peek().text}`)
  }

  #since(start: Token): Span {
    return join(start.at, this.#tokens[Math.max(0, this.#position - 1)]!.at)
  }

  #fail(message: string, token: Token = this.#peek()): never {
    throw new SpaceError('E_SPACE_SYNTAX', message, token.at)
  }
}

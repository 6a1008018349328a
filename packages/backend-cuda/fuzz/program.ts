import { OPERATIONS } from './operations.ts'
import type { Operation } from './operations.ts'
import type { Random } from './random.ts'
import { bitsOf, specials, TYPES } from './types.ts'
import type { CType } from './types.ts'

/** A typed expression of C: a call of an operation, a name, an input of the row, or a literal. */
export type Expression =
  | { readonly kind: 'call'; readonly type: CType; readonly name: string; readonly operands: readonly Expression[] }
  | { readonly kind: 'name'; readonly type: CType; readonly name: string }
  | { readonly kind: 'input'; readonly type: CType; readonly column: number }
  | { readonly kind: 'literal'; readonly type: CType; readonly bits: bigint }

export interface Variable {
  readonly name: string
  readonly type: CType
}

/** What gives variables their values; the order of its expressions is that in which source.ts writes them. */
export interface Statement {
  readonly kind: 'let' | 'branch' | 'switch' | 'loop' | 'array' | 'pointer' | 'call'
  readonly results: readonly Variable[]
  readonly expressions: readonly Expression[]
  /** Of a call: whom. */
  readonly callee?: Callee
}

/** A function that is not inlined; it gives a struct. */
export interface Callee {
  readonly name: string
  readonly parameters: readonly Variable[]
  readonly statements: readonly Statement[]
  readonly results: readonly Expression[]
}

/** A kernel: every variable of its statements is a result of it. */
export interface Program {
  readonly name: string
  readonly statements: readonly Statement[]
}

/** Words of a row of inputs. A value of 64 bits takes its column and the next. */
export const COLUMNS = 16

/** Of an array and of what is chosen from with a switch. */
export const CHOICES = 4

const DEPTH = 3

/** A random program; `isNew` allows what only GPUs from compute 9.0 on have. */
export function generate(name: string, random: Random, isNew: boolean): Program {
  const scope = new Generator(random, isNew, true)
  const count = 4 + random.below(4)
  return { name, statements: Array.from({ length: count }, (_, i) => scope.statement(`${i}`, name)) }
}

const KINDS = [
  'let',
  'let',
  'let',
  'let',
  'let',
  'let',
  'branch',
  'switch',
  'loop',
  'array',
  'pointer',
  'call',
] as const

class Generator {
  readonly #random: Random
  readonly #isNew: boolean
  readonly #hasInputs: boolean
  readonly #variables: Variable[] = []

  constructor(random: Random, isNew: boolean, hasInputs: boolean, variables: readonly Variable[] = []) {
    this.#random = random
    this.#isNew = isNew
    this.#hasInputs = hasInputs
    this.#variables.push(...variables)
  }

  statement(suffix: string, program: string): Statement {
    const kind = this.#random.pick(KINDS)
    const made = kind === 'call' ? this.#call(suffix, program) : this.#simple(kind, suffix)
    this.#variables.push(...made.results)
    return made
  }

  #simple(kind: Exclude<Statement['kind'], 'call'>, suffix: string): Statement {
    const type = this.#random.pick(TYPES)
    const result = { name: `t${suffix}`, type }
    const of = (wanted: CType, depth: number): Expression => this.expression(wanted, depth)
    const some = (count: number, depth: number): readonly Expression[] =>
      Array.from({ length: count }, () => of(type, depth))
    const expressions = {
      let: () => [of(type, DEPTH)],
      branch: () => [of('b1', 2), ...some(2, 2)],
      switch: () => [of('u32', 1), ...some(CHOICES, 1)],
      loop: () => {
        const body = new Generator(this.#random, this.#isNew, this.#hasInputs, [
          ...this.#variables,
          result,
          { name: 'i', type: 'u32' },
        ])
        return [of('u32', 1), of(type, 1), body.expression(type, 2, result.name)]
      },
      array: () => [...some(CHOICES, 0), of('u32', 1), of(type, 2), of('u32', 1)],
      pointer: () => [...some(CHOICES, 0), of('u32', 1), of(type, 2), of('u32', 1)],
    }[kind]()
    return { kind, results: [result], expressions }
  }

  #call(suffix: string, program: string): Statement {
    const parameters = Array.from({ length: 2 + this.#random.below(4) }, (_, i) => ({
      name: `p${i}`,
      type: this.#random.pick(TYPES),
    }))
    const inner = new Generator(this.#random, this.#isNew, false, parameters)
    const statements = [0, 1].map((i) => inner.#let(`${suffix}_${i}`))
    const results = Array.from({ length: 3 }, (_, i) => ({
      name: `t${suffix}${'abc'[i]}`,
      type: this.#random.pick(TYPES),
    }))
    const callee = {
      name: `${program}_f${suffix}`,
      parameters,
      statements,
      results: results.map(({ type }) => inner.expression(type, 2)),
    }
    return { kind: 'call', results, expressions: parameters.map(({ type }) => this.expression(type, 1)), callee }
  }

  #let(suffix: string): Statement {
    const made = this.#simple('let', suffix)
    this.#variables.push(...made.results)
    return made
  }

  /** An expression of the type; where `wanted` is given, a variable that must be one of its leaves if one fits. */
  expression(type: CType, depth: number, wanted?: string): Expression {
    if (depth === 0 || this.#random.chance(0.1)) return this.#leaf(type, wanted)
    const operation = this.#operation(type)
    return {
      kind: 'call',
      type,
      name: operation.name,
      operands: operation.operands.map((operand) => this.expression(operand, depth - 1, wanted)),
    }
  }

  // First the family, then the operation: there are more conversions than all else.
  #operation(type: CType): Operation {
    const families = OPERATIONS.map((family) =>
      family.filter(({ result, isNew }) => result === type && (this.#isNew || !isNew)),
    ).filter((family) => family.length > 0)
    return this.#random.pick(this.#random.pick(families))
  }

  #leaf(type: CType, wanted: string | undefined): Expression {
    const known = this.#variables.filter((variable) => variable.type === type)
    const first = known.find(({ name }) => name === wanted)
    if (first !== undefined && this.#random.chance(0.5)) return { kind: 'name', ...first }
    if (known.length > 0 && this.#random.chance(this.#hasInputs ? 0.5 : 0.9))
      return { kind: 'name', ...this.#random.pick(known) }
    if (this.#hasInputs && this.#random.chance(0.85))
      return { kind: 'input', type, column: this.#random.below(COLUMNS - 1) }
    return { kind: 'literal', type, bits: this.#literal(type) }
  }

  #literal(type: CType): bigint {
    if (this.#random.chance(0.7)) return this.#random.pick(specials(type))
    const bits = (BigInt(this.#random.word()) << 32n) | BigInt(this.#random.word())
    return BigInt.asUintN(bitsOf(type), bits)
  }
}

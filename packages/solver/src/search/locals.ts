import { namesIn, partsOf, type Expression } from '../language/expression.ts'
import { Emitter } from './emit.ts'
import { depthOf, depthsOf, type Nest } from './nest.ts'
import type { Space } from './space.ts'

interface Local {
  readonly text: string
  readonly risky: boolean
  /** The plain name, where the value is known to exist. */
  readonly plain: string
}

/**
 * Names inside generated code: p0, p1 … for searched variables in the order of the loops, g0, g1 … for givens, v0 … for
 * definitions, which are computed once, in the outermost loop in which they are known.
 */
export class Locals {
  readonly emitter: Emitter
  readonly #nest: Nest
  readonly #depths: ReadonlyMap<number, number>
  readonly #givenOf: ReadonlyMap<string, number>
  readonly #knownAt = new Map<Expression | string, number>()
  readonly #locals = new Map<string, Local>()
  /** Definitions that some expression reads, in an order in which each comes after what it reads itself. */
  readonly #needed = new Map<string, number>()

  /** `expressions` are all that will be emitted. */
  constructor(nest: Nest, expressions: readonly Expression[]) {
    const { space, bounds } = nest.problem
    this.#nest = nest
    this.#depths = depthsOf(nest)
    this.#givenOf = new Map(space.model.givens.map((name, i) => [name, i]))
    this.emitter = new Emitter(bounds, (name) => this.#named(name))
    for (const expression of expressions) this.#need(expression)
  }

  /** The depth of the loop in which all that an expression reads is known; −1 outside of them, −2 for constants. */
  knownAt(expression: Expression): number {
    const { kind } = expression
    if (kind === 'number') return -2
    const key = kind === 'name' ? expression.name : expression
    const known = this.#knownAt.get(key)
    if (known !== undefined) return known
    const depth = kind === 'name' ? this.#nameKnownAt(expression.name) : latest(partsOf(expression), this)
    this.#knownAt.set(key, depth)
    return depth
  }

  /** How many definitions that an expression names are not declared yet. */
  undeclared(expression: Expression): number {
    const { definitions } = this.#nest.problem
    return [...namesIn(expression).keys()].filter((name) => definitions.has(name) && !this.#locals.has(name)).length
  }

  /** Declarations of the definitions that an expression reads and that are not declared yet. */
  declared(expression: Expression): string {
    return [...namesIn(expression).keys()].map((name) => this.#declared(name)).join('')
  }

  /** Declarations of everything else that is known in the loop of this depth and read further inside. */
  remaining(depth: number): string {
    return [...this.#needed].map(([name, at]) => (at <= depth ? this.#declared(name) : '')).join('')
  }

  /** The names of all that has been declared. */
  get declarations(): readonly string[] {
    return [...this.#locals.values()].flatMap(({ plain, risky }) => (risky ? [plain, `t${plain.slice(1)}`] : [plain]))
  }

  /** The text of a variable in a solution, where it surely has a value. */
  valueOf(index: number): string {
    const { name } = this.#nest.problem.space.variables[index]!
    return this.#locals.get(name)?.plain ?? this.#named(name).text
  }

  #nameKnownAt(name: string): number {
    if (this.#givenOf.has(name)) return -1
    const definition = this.#nest.problem.definitions.get(name)
    return definition ? Math.max(-1, this.knownAt(definition)) : this.#depthOf(name)
  }

  #depthOf(name: string): number {
    return this.#depths.get(this.#nest.problem.space.indexOf.get(name)!)!
  }

  #named(name: string): { readonly text: string; readonly risky: boolean } {
    const given = this.#givenOf.get(name)
    if (given !== undefined) return { text: `g${given}`, risky: false }
    return this.#locals.get(name) ?? { text: `p${this.#depthOf(name)}`, risky: false }
  }

  // Of a definition that may have no value t0, t1 … say what went wrong; that counts where it is read, not before.
  #declared(name: string): string {
    const definition = this.#nest.problem.definitions.get(name)
    if (!definition || this.#locals.has(name)) return ''
    const before = this.declared(definition)
    const { text, risky } = this.emitter.emit(definition)
    const i = this.#locals.size
    this.#locals.set(name, { text: risky ? `(H.trouble||=t${i},v${i})` : `v${i}`, risky, plain: `v${i}` })
    return `${before}${risky ? `H.trouble=0;const v${i}=${text},t${i}=H.trouble;` : `const v${i}=${text};`}`
  }

  #need(expression: Expression): void {
    for (const name of namesIn(expression).keys()) {
      const definition = this.#nest.problem.definitions.get(name)
      if (!definition || this.#needed.has(name)) continue
      this.#need(definition)
      this.#needed.set(name, depthOf(this.#nest.problem.scope(definition), this.#depths))
    }
  }
}

function latest(parts: readonly Expression[], locals: Locals): number {
  return parts.reduce((depth, part) => Math.max(depth, locals.knownAt(part)), -2)
}

/** The text that names the givens of a space, an array `G` of them being at hand. */
export function givenLocals(space: Space, body: string): string {
  const used = space.model.givens.map((_, i) => `g${i}`).filter((name) => new RegExp(`\\b${name}\\b`).test(body))
  return used.length === 0 ? '' : `const ${used.map((name) => `${name}=G[${name.slice(1)}]`).join(',')};`
}

/** The values of the givens, as `givenLocals` reads them. */
export function givenValues(space: Space): readonly number[] {
  return space.model.givens.map((name) => space.givens[name]!)
}

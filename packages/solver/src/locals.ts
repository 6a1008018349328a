import { Emitter } from './emit.ts'
import { namesIn, type Expression } from './expression.ts'
import type { Hulls, Interval } from './interval.ts'
import { scopesOf, type Space } from './space.ts'

interface Local {
  readonly text: string
  readonly risky: boolean
}

/**
 * Names inside generated code: p0, p1 … for variables in the order in which they become known, g0, g1 … for givens,
 * v0 … for lets, which are computed once, as early as they are known.
 */
export class LocalNames {
  readonly emitter: Emitter
  readonly #byDepth: ReadonlyMap<number, readonly Definition[]>
  readonly #local = new Map<string, Local>()

  /** `hulls` are those of the variables, in their order; `expressions` all that will be emitted. */
  constructor(space: Space, order: readonly number[], hulls: readonly Interval[], expressions: readonly Expression[]) {
    const depthOf = new Map(order.map((index, depth) => [space.variables[index]!.name, depth]))
    const givenOf = new Map(space.model.givens.map((name, i) => [name, i]))
    const hullOf: Hulls = (name) => {
      const given = space.givens[name]
      if (given !== undefined) return [given, given]
      const depth = depthOf.get(name)
      return depth === undefined ? undefined : hulls[depth]
    }
    this.emitter = new Emitter(hullOf, space.lets, (name) => {
      const depth = depthOf.get(name)
      if (depth !== undefined) return { text: `p${depth}`, risky: false }
      const given = givenOf.get(name)
      return given === undefined ? this.#local.get(name)! : { text: `g${given}`, risky: false }
    })
    this.#byDepth = letsByDepth(space, order, expressions)
  }

  /**
   * Declarations of the lets that become known at a depth, −1 being before any variable. Of one that may have no value
   * t0, t1 … say whether it has one; that counts where it is read, not before.
   */
  definitions(depth: number): readonly string[] {
    return (this.#byDepth.get(depth) ?? []).map(({ name, value }) => {
      const { text, risky } = this.emitter.emit(value)
      const i = this.#local.size
      this.#local.set(name, { text: risky ? `(H.trouble|=t${i},v${i})` : `v${i}`, risky })
      return risky ? `H.trouble=0;const v${i}=${text},t${i}=H.trouble;` : `const v${i}=${text};`
    })
  }
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

interface Definition {
  readonly name: string
  readonly value: Expression
}

/** The lets that expressions read, in declaration order, by the depth at which their last variable is known. */
function letsByDepth(
  space: Space,
  order: readonly number[],
  expressions: readonly Expression[],
): ReadonlyMap<number, readonly Definition[]> {
  const needed = new Set<string>()
  const need = (expression: Expression): void => {
    for (const name of namesIn(expression).keys()) {
      const definition = space.lets.get(name)
      if (!definition || needed.has(name)) continue
      needed.add(name)
      need(definition)
    }
  }
  expressions.forEach(need)
  const depths = new Map(order.map((index, depth) => [index, depth]))
  const scopes = scopesOf(space.model, space.lets)
  const byDepth = new Map<number, Definition[]>()
  for (const [name, value] of space.lets) {
    if (!needed.has(name)) continue
    const depth = Math.max(-1, ...scopes(value).map((index) => depths.get(index)!))
    byDepth.set(depth, [...(byDepth.get(depth) ?? []), { name, value }])
  }
  return byDepth
}

import type { Expression } from './language/expression.ts'
import { rulesHash, readObjective, type Certificate } from './optimum.ts'
import { violated } from './operations.ts'
import { hullOf, isList, type Domain } from './search/domain.ts'
import { scopesOf, type Space } from './search/space.ts'
import { numberOf, type Definitions } from './values/evaluate.ts'
import { boundsOf, type Interval } from './values/interval.ts'

export type CertificateCheck =
  | { readonly status: 'verified'; readonly boxes: number }
  | { readonly status: 'refuted'; readonly reason: string }
  | { readonly status: 'open'; readonly reason: string }

/**
 * Proves a certificate again, sharing nothing with the search but the meaning of expressions: no generated code, no
 * propagation, no components. The configuration is substituted; then the whole space is cut in halves, parameter by
 * parameter in the certificate's order, until interval arithmetic says of each part that a rule is false in it or that
 * the objective is not better there. After `most` parts the answer is `open`.
 */
export function checkCertificate(space: Space, certificate: Certificate, most: number = 2_000_000): CertificateCheck {
  const objective = readObjective(space, certificate.direction, certificate.expression)
  if (rulesHash(space, objective) !== certificate.rules)
    return { status: 'refuted', reason: 'it was made for other rules, domains or givens: their hash differs' }
  const broken = violated(space, certificate.configuration)
  if (broken.length > 0)
    return { status: 'refuted', reason: `its configuration breaks ${broken.map((name) => `"${name}"`).join(', ')}` }
  const value = numberOf(objective.value, { ...certificate.configuration, ...space.givens }, space.lets)
  if (value !== certificate.objective || value !== certificate.bound)
    return {
      status: 'refuted',
      reason: `its configuration has the objective ${value}, not ${certificate.objective} with bound ${certificate.bound}`,
    }
  return new Proof(space, certificate, objective.value, most).run()
}

/** The lets, and the other side of every rule `PARAMETER == …` that does not lead back to the parameter. */
function definitionsFrom(space: Space): Definitions {
  const { indexOf } = space
  const definitions = new Map(space.lets)
  for (const { condition } of space.rules) {
    if (condition.kind !== 'compare' || condition.ops.length !== 1 || condition.ops[0] !== '==') continue
    const [left, right] = condition.terms as readonly [Expression, Expression]
    if (left.kind !== 'name' || !indexOf.has(left.name) || definitions.has(left.name)) continue
    if (scopesOf(indexOf, definitions)(right).includes(indexOf.get(left.name)!)) continue
    definitions.set(left.name, right)
  }
  return definitions
}

class Proof {
  readonly #space: Space
  readonly #certificate: Certificate
  readonly #objective: Expression
  readonly #most: number
  readonly #names: readonly string[]
  /** The lets, and what rules say that parameters are equal to: bounds see through both. */
  readonly #definitions: Definitions
  readonly #boxes = new Map<string, Interval>()
  #looked = 0

  constructor(space: Space, certificate: Certificate, objective: Expression, most: number) {
    this.#space = space
    this.#certificate = certificate
    this.#objective = objective
    this.#most = most
    const rest = space.variables.map(({ name }) => name).filter((name) => !certificate.order.includes(name))
    this.#names = [...certificate.order, ...rest]
    this.#definitions = definitionsFrom(space)
    for (const { name, values } of space.variables) this.#boxes.set(name, hullOf(values))
  }

  run(): CertificateCheck {
    const better = this.#better(0)
    if (better === undefined)
      return {
        status: 'open',
        reason: `nothing better was found in ${this.#most} parts of the space, and there are more`,
      }
    return better
      ? { status: 'refuted', reason: `${JSON.stringify(better)} is better` }
      : { status: 'verified', boxes: this.#looked }
  }

  /** A configuration that is better than the certificate's, with the parameters before `depth` fixed; false for none. */
  #better(depth: number): Readonly<Record<string, number>> | false | undefined {
    if (++this.#looked > this.#most) return undefined
    if (this.#isRefuted()) return false
    const name = this.#names[depth]
    // Every parameter is one value, no rule is false, and the objective is better.
    if (name === undefined) return this.#point()
    const domain = this.#space.variables.find((variable) => variable.name === name)!.values
    return isList(domain) ? this.#among(depth, name, domain, 0, domain.length) : this.#within(depth, name, domain)
  }

  /** Halves of the values of a list from one position up to another. */
  #among(
    depth: number,
    name: string,
    values: readonly number[],
    from: number,
    to: number,
  ): Readonly<Record<string, number>> | false | undefined {
    const before = this.#boxes.get(name)!
    if (to <= from) return false
    this.#boxes.set(name, [values[from]!, values[to - 1]!])
    const middle = Math.floor((from + to) / 2)
    let found: Readonly<Record<string, number>> | false | undefined = false
    if (to - from === 1) found = this.#better(depth + 1)
    else if (++this.#looked > this.#most) found = undefined
    else if (!this.#isRefuted())
      for (const [first, last] of [
        [from, middle],
        [middle, to],
      ] as const) {
        found = this.#among(depth, name, values, first, last)
        if (found !== false) break
      }
    this.#boxes.set(name, before)
    return found
  }

  /** Halves of a range; of one without end, the part below a doubling limit and the part above. */
  #within(
    depth: number,
    name: string,
    { from, to, step }: Exclude<Domain, readonly number[]>,
  ): Readonly<Record<string, number>> | false | undefined {
    const before = this.#boxes.get(name)!
    this.#boxes.set(name, [from, to])
    let found: Readonly<Record<string, number>> | false | undefined = false
    if (from === to) found = this.#better(depth + 1)
    else if (++this.#looked > this.#most) found = undefined
    else if (!this.#isRefuted()) {
      const steps = to === Infinity ? Math.abs(from) / step + 1 : (to - from) / step
      const middle = from + Math.floor(steps / (to === Infinity ? 1 : 2)) * step
      found = this.#within(depth, name, { from, to: middle, step })
      if (found === false) found = this.#within(depth, name, { from: middle + step, to, step })
    }
    this.#boxes.set(name, before)
    return found
  }

  #isRefuted(): boolean {
    const memo = new Map<Expression | string, Interval>()
    const bounds = (expression: Expression): Interval =>
      boundsOf(expression, (name) => this.#hull(name), this.#definitions, memo)
    const [least, most] = bounds(this.#objective)
    const { direction, bound } = this.#certificate
    if (direction === 'minimise' ? least >= bound : most <= bound) return true
    const isApart = ([name, [from, to]]: readonly [string, Interval]): boolean => {
      const definition = this.#definitions.get(name)
      const [low, high] = definition ? bounds(definition) : [from, to]
      return low > to || high < from
    }
    return [...this.#boxes].some(isApart) || this.#space.rules.some(({ condition }) => bounds(condition)[1] === 0)
  }

  #hull(name: string): Interval | undefined {
    const given = this.#space.givens[name]
    return given === undefined ? this.#boxes.get(name) : [given, given]
  }

  /** The configuration that the boxes have become, if it is one and better. */
  #point(): Readonly<Record<string, number>> | false {
    const configuration = Object.fromEntries([...this.#boxes].map(([name, [value]]) => [name, value]))
    if (violated(this.#space, configuration).length > 0) return false
    const value = numberOf(this.#objective, { ...configuration, ...this.#space.givens }, this.#space.lets)
    if (value === undefined) return false
    const { direction, bound } = this.#certificate
    return (direction === 'minimise' ? value < bound : value > bound) ? configuration : false
  }
}

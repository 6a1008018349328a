import { namesIn, type Expression } from '../language/expression.ts'
import { staysExact, type Atom } from './atom.ts'
import { divisibility } from './divisibility.ts'
import { isList, type Domain } from './domain.ts'
import { TOO_LARGE } from './emit.ts'
import { occurrences, solutionFor } from './equality.ts'
import { givenLocals, Locals } from './locals.ts'
import { directionOf, staysFalse, type Direction } from './monotone.ts'
import { combinationsOf, depthOf, depthsOf, type Nest } from './nest.ts'
import { Relaxer } from './relax.ts'

/** What the loops do besides looping. */
export interface Body {
  /** Before them. */
  readonly begin?: string
  /** At each value that is tried. */
  readonly step?: string
  /** At a solution; may read the text of every variable's value, and `n`. */
  readonly leaf: (valueOf: (index: number) => string) => string
  /** Expressions that `leaf` and `enter` emit. */
  readonly expressions?: readonly Expression[]
  /** In each loop once its conditions hold; may `continue` and `break`. */
  readonly enter?: (depth: number, relaxer: Relaxer, direction: (value: Expression) => Direction) => string
  /** Behind the loops inside, in each loop. */
  readonly leave?: (depth: number, valueOf: (index: number) => string) => string
  /** Right before `leaf`, when every name has a text. */
  readonly last?: (locals: Locals) => string
  /** Whether loops begin where `Z` says. */
  readonly isResumed?: boolean
}

/**
 * JavaScript of nested loops over a nest, one body for each solution. It reads `D` (domains), `G` (givens), `H`
 * (helpers), `X` (membership and divisors of domains), `holds` (a condition by number, for the interpreter to judge) and
 * whatever the body reads; it leaves `n` to the body and returns it.
 */
export function loopsSource(nest: Nest, body: Body): string {
  return new Writer(nest, body).source()
}

class Writer {
  readonly #nest: Nest
  readonly #body: Body
  readonly #locals: Locals
  readonly #depths: ReadonlyMap<number, number>
  /** Whether there is so little to try that it is done sooner than code to try less is written. */
  readonly #isSmall: boolean

  constructor(nest: Nest, body: Body) {
    this.#nest = nest
    this.#body = body
    this.#depths = depthsOf(nest)
    this.#isSmall = combinationsOf(nest) <= SMALL
    const computed = nest.variables.map((index) => nest.problem.space.variables[index]!.name)
    const conditions = nest.atoms.map(({ condition }) => condition)
    const at = nest.problem.space.model.params[0]?.at
    const names = computed.map((name): Expression => ({ kind: 'name', name, at: at! }))
    this.#locals = new Locals(nest, [...conditions, ...names, ...(body.expressions ?? [])])
  }

  source(): string {
    const { loops, problem } = this.#nest
    const lines = [
      `let n=0;${this.#body.begin ?? ''}`,
      loops.map(({ domain }, i) => declaredDomain(domain, i)).join(''),
    ]
    if (this.#body.isResumed) lines.push(`let ${loops.map((_, i) => `s_${i}=Z[${i}]`).join(',')};`)
    lines.push(this.#locals.remaining(-1))
    // Without variables there is one solution, of which a `continue` still makes none.
    if (loops.length === 0) lines.push('do{')
    for (const depth of loops.keys()) {
      const due = this.#due(depth)
      const done = this.#opened(depth, due, lines)
      lines.push(this.#body.step ?? '')
      for (const atom of due) if (atom !== done) lines.push(this.#test(atom, depth))
      lines.push(this.#locals.remaining(depth))
      if (depth < loops.length - 1) for (const atom of this.#nest.atoms) lines.push(this.#relaxed(atom, depth))
      const { enter } = this.#body
      if (enter) lines.push(enter(depth, this.#relaxer(depth), (value) => this.#direction(value, depth)))
    }
    lines.push(this.#body.last?.(this.#locals) ?? '')
    const valueOf = (index: number): string => this.#locals.valueOf(index)
    lines.push(this.#body.leaf(valueOf))
    for (const depth of [...loops.keys()].reverse()) lines.push(`${this.#body.leave?.(depth, valueOf) ?? ''}}`)
    lines.push(`${loops.length === 0 ? '}while(false);' : ''}return n;`)
    const text = lines.filter((line) => line !== '').join('\n')
    const { shared } = this.#locals.emitter
    return `${shared.length > 0 ? `let ${shared.join(',')};` : ''}${givenLocals(problem.space, text)}${text}`
  }

  /** Conditions whose last variable is that of this loop; cheap ones first. */
  #due(depth: number): readonly Atom[] {
    return this.#nest.atoms
      .filter(({ scope }) => depthOf(scope, this.#depths) === depth)
      .map((atom) => ({ atom, cost: namesIn(atom.condition).size + this.#locals.undeclared(atom.condition) }))
      .sort((a, b) => a.cost - b.cost)
      .map(({ atom }) => atom)
  }

  /** Opens the loop of a depth over no more values than it has to; returns the condition that this fulfils. */
  #opened(depth: number, due: readonly Atom[], lines: string[]): Atom | undefined {
    const { domain } = this.#nest.loops[depth]!
    const begin = this.#body.isResumed ? `let i${depth}=s_${depth};s_${depth}=0;` : `let i${depth}=0;`
    const cutting = this.#isSmall ? [] : due
    for (const atom of cutting) {
      const value = this.#solved(atom, depth)
      if (value === undefined) continue
      lines.push(`H.trouble=0;const q${depth}=${value},e${depth}=H.trouble===0&&${contained(domain, depth)}?1:0;`)
      lines.push(`${begin}for(;i${depth}<e${depth};i${depth}++){const p${depth}=q${depth}+0;`)
      return atom
    }
    for (const atom of cutting) {
      const quotient = this.#divided(atom, depth)
      if (quotient === undefined) continue
      lines.push(`const k${depth}=X[${depth}].divisors(${quotient});`)
      lines.push(`${begin}for(;i${depth}<k${depth}.length;i${depth}++){const p${depth}=k${depth}[i${depth}];`)
      return atom
    }
    const [size, value] = isList(domain)
      ? [`l${depth}`, `d${depth}[i${depth}]`]
      : [`l${depth}`, `f${depth}+i${depth}*d${depth}`]
    lines.push(`${begin}for(;i${depth}<${size};i${depth}++){const p${depth}=${value};`)
    return undefined
  }

  /** The only value of a loop's variable that fulfils an equality. */
  #solved({ condition }: Atom, depth: number): string | undefined {
    const { space, definitions } = this.#nest.problem
    const { name } = space.variables[this.#nest.loops[depth]!.index]!
    const value = solutionFor(name, condition, this.#nest.problem.bounds, definitions)
    return value && this.#isReadable(value, depth - 1) ? this.#locals.emitter.emit(value).text : undefined
  }

  /** What the value of a loop's variable has to divide for a condition to hold. */
  #divided({ condition }: Atom, depth: number): string | undefined {
    const { space, definitions } = this.#nest.problem
    const { index, domain } = this.#nest.loops[depth]!
    const { name } = space.variables[index]!
    if (!isList(domain) || domain.length < FEW || occurrences(name, condition, definitions) !== 1) return undefined
    const found = divisibility(condition, definitions)
    const at = found?.factors.findIndex((factor) => factor.kind === 'name' && factor.name === name) ?? -1
    if (!found || at < 0) return undefined
    const parts = [found.dividend, ...found.factors.filter((_, i) => i !== at)]
    if (!parts.every((part) => this.#isReadable(part, depth - 1))) return undefined
    const texts = parts.map((part) => this.#locals.emitter.emit(part))
    if (texts.some(({ risky }) => risky)) return undefined
    const product = texts.slice(1).reduce((size, { bounds }) => size * Math.max(...bounds.map(Math.abs)), 1)
    if (product > Number.MAX_SAFE_INTEGER) return undefined
    const [dividend, ...factors] = texts.map(({ text }) => text)
    return factors.length === 0 ? dividend! : `${dividend!}/(${factors.join('*')})`
  }

  #isReadable(expression: Expression, depth: number): boolean {
    return this.#locals.knownAt(expression) <= depth
  }

  #test({ condition }: Atom, depth: number): string {
    const declarations = this.#locals.declared(condition)
    const { text, risky } = this.#locals.emitter.emit(condition)
    if (risky) {
      const known = this.#nest.loops.slice(0, depth + 1).map((_, i) => `,p${i}`)
      const number = this.#nest.atoms.findIndex((atom) => atom.condition === condition)
      const judged = `H.trouble!==${TOO_LARGE}||!holds(${number}${known.join('')})`
      return `${declarations}H.trouble=0;{const c=${text};if(H.trouble===0?!c:${judged})continue;}`
    }
    const { definitions, space } = this.#nest.problem
    const { name } = space.variables[this.#nest.loops[depth]!.index]!
    const isEnd = !this.#isSmall && staysFalse(name, condition, this.#nest.problem.bounds, definitions)
    return `${declarations}if(!${text})${isEnd ? 'break' : 'continue'};`
  }

  /** What a condition that is not complete yet already excludes; nothing where this loop's variable changes nothing. */
  #relaxed({ condition, scope }: Atom, depth: number): string {
    const { loops } = this.#nest
    if (!scope.includes(loops[depth]!.index) || depthOf(scope, this.#depths) <= depth) return ''
    if (this.#isSmall && staysExact(condition, this.#nest.problem.bounds, this.#nest.problem.definitions)) return ''
    const text = this.#relaxer(depth).possible(condition)
    return text === undefined ? '' : `if(!${text})continue;`
  }

  /** How an expression goes with the variable of a loop. */
  #direction(value: Expression, depth: number): Direction {
    const { definitions, space } = this.#nest.problem
    return directionOf(
      space.variables[this.#nest.loops[depth]!.index]!.name,
      value,
      this.#nest.problem.bounds,
      definitions,
    )
  }

  #relaxer(depth: number): Relaxer {
    return new Relaxer(this.#locals, this.#nest.problem, depth)
  }
}

// Up to so many combinations loops just try them.
const SMALL = 20_000
// Fewer values than these are tried as fast as their divisors are looked up.
const FEW = 8

function declaredDomain(domain: Domain, i: number): string {
  if (isList(domain)) return `const d${i}=D[${i}],l${i}=d${i}.length;`
  return `const f${i}=${domain.from},d${i}=${domain.step},l${i}=${(domain.to - domain.from) / domain.step + 1};`
}

/** Text that says whether `q` is in the domain of a loop. */
function contained(domain: Domain, depth: number): string {
  const q = `q${depth}`
  if (!isList(domain)) {
    const { from, to, step } = domain
    return `${q}>=${from}&&${q}<=${to}&&${step === 1 ? 'true' : `(${q}-(${from}))%${step}===0`}`
  }
  const isGapless = domain.length > 0 && domain.at(-1)! - domain[0]! === domain.length - 1
  return isGapless ? `${q}>=d${depth}[0]&&${q}<=d${depth}[l${depth}-1]` : `X[${depth}].has(${q})`
}

import { namesIn, type Expression } from '../language/expression.ts'
import { excludesZero } from '../values/interval.ts'
import type { Atom } from './atom.ts'
import { divisibility } from './divisibility.ts'
import { isList, type Domain } from './domain.ts'
import { TOO_LARGE } from './emit.ts'
import { occurrences, solutionFor } from './equality.ts'
import { givenLocals, Locals } from './locals.ts'
import { directionOf, staysFalse, type Direction } from './monotone.ts'
import { depthOf, depthsOf, isSmall, type Nest } from './nest.ts'
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
  /** Whether a solution was the last that is wanted: a condition on `n`, asked behind `leaf`. */
  readonly isLast?: string
  /** In each loop that it ends. */
  readonly ended?: (depth: number, valueOf: (index: number) => string) => string
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
  readonly #isSmall: boolean

  constructor(nest: Nest, body: Body) {
    this.#nest = nest
    this.#body = body
    this.#depths = depthsOf(nest)
    this.#isSmall = isSmall(nest)
    const computed = nest.variables.map((index) => nest.problem.space.variables[index]!.name)
    const conditions = nest.atoms.map(({ condition }) => condition)
    const at = nest.problem.space.model.params[0]?.at
    const names = computed.map((name): Expression => ({ kind: 'name', name, at: at! }))
    this.#locals = new Locals(nest, [...conditions, ...names, ...(body.expressions ?? [])])
  }

  source(): string {
    const { loops, problem } = this.#nest
    const depths = [...loops.keys()]
    const split = this.#isSmall ? 0 : Math.max(0, loops.length - INNER)
    const begin = [
      this.#body.begin ?? '',
      loops.map(({ domain }, i) => declaredDomain(domain, i)).join(''),
      this.#body.isResumed ? `let ${loops.map((_, i) => `s_${i}=Z[${i}]`).join(',')};` : '',
      this.#locals.remaining(-1),
    ]
    const text = split === 0 ? this.#nested(depths) : this.#inTwo(depths.slice(0, split), depths.slice(split))
    const whole = written(['let n=0;', withShared(begin), text, 'return n;'])
    return `${givenLocals(problem.space, whole)}${whole}`
  }

  #nested(depths: readonly number[]): string {
    const lines = [...this.#opening(depths), ...this.#atSolution(depths), ...this.#closing(depths)]
    // Without variables there is one solution, of which a `continue` still makes none.
    return withShared(depths.length === 0 ? ['do{', ...lines, '}while(false);'] : lines)
  }

  /** The same with the inner loops as a function, which is called often and optimised long before the whole would be. */
  #inTwo(outer: readonly number[], inner: readonly number[]): string {
    const opening = this.#opening(outer)
    const known = [...outer.map((depth) => `p${depth}`), ...this.#locals.declarations]
    const text = this.#nested(inner)
    const words = new Set(text.match(/\b[a-z]\d+\b/g))
    const read = ['n', ...known.filter((name) => words.has(name))].join(',')
    const called = [...opening, `n=f(${read});`, this.#ending(outer), ...this.#closing(outer)]
    return written([`const f=(${read})=>{${text}`, 'return n;};', withShared(called)])
  }

  /** What happens at a solution, in the innermost of some loops. */
  #atSolution(depths: readonly number[]): readonly string[] {
    const leaf = this.#body.leaf((index) => this.#locals.valueOf(index))
    return [this.#body.last?.(this.#locals) ?? '', leaf, this.#ending(depths)]
  }

  /** The end of the search behind its last solution, in the innermost of some loops. */
  #ending(depths: readonly number[]): string {
    const { isLast, ended } = this.#body
    if (isLast === undefined) return ''
    const ends = depths.map((depth) => ended?.(depth, (index) => this.#locals.valueOf(index)) ?? '')
    return `if(${isLast}){${ends.join('')}return n;}`
  }

  #closing(depths: readonly number[]): readonly string[] {
    const { leave } = this.#body
    return depths.toReversed().map((depth) => `${leave?.(depth, (index) => this.#locals.valueOf(index)) ?? ''}}`)
  }

  /** The loops of some depths, up to where the loops inside begin. */
  #opening(depths: readonly number[]): readonly string[] {
    const lines: string[] = []
    for (const depth of depths) {
      const due = this.#due(depth)
      const done = this.#opened(depth, due, lines)
      lines.push(this.#body.step ?? '')
      for (const atom of due) if (atom !== done) lines.push(this.#test(atom, depth))
      lines.push(this.#locals.remaining(depth))
      if (depth < this.#nest.loops.length - 1)
        for (const atom of this.#nest.atoms) lines.push(this.#relaxed(atom, depth))
      const { enter } = this.#body
      if (enter) lines.push(enter(depth, this.#relaxer(depth), (value) => this.#direction(value, depth)))
    }
    return lines
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
    // 0 divides 0, which no remainder tells.
    if (!isList(domain) || domain.length < FEW || domain.includes(0) || occurrences(name, condition, definitions) !== 1)
      return undefined
    const found = divisibility(condition, definitions)
    const at = found?.factors.findIndex((factor) => factor.kind === 'name' && factor.name === name) ?? -1
    if (!found || at < 0) return undefined
    const parts = [found.dividend, ...found.factors.filter((_, i) => i !== at)]
    if (!parts.every((part) => this.#isReadable(part, depth - 1))) return undefined
    const texts = parts.map((part) => this.#locals.emitter.emit(part))
    if (texts.some(({ risky }, i) => risky || (i > 0 && !excludesZero(texts[i]!.bounds)))) return undefined
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
    if (this.#isSmall && this.#nest.problem.isExact(condition)) return ''
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

// How many of the innermost loops make up the function that is called often.
const INNER = 2
// Fewer values than these are tried as fast as their divisors are looked up.
const FEW = 8

function written(lines: readonly string[]): string {
  return lines.filter((line) => line !== '').join('\n')
}

/** The lines with the variables that their expressions assign to. */
function withShared(lines: readonly string[]): string {
  const text = written(lines)
  const shared = [...new Set(text.match(/\bs\d+\b/g))]
  return shared.length > 0 ? `let ${shared.join(',')};${text}` : text
}

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

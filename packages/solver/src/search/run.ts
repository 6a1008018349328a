import { holds, numberOf, type Values } from '../values/evaluate.ts'
import { boundsOf } from '../values/interval.ts'
import type { Objective } from '../language/model.ts'
import { hullOf, isList, type Domain } from './domain.ts'
import { helpers, TOO_LARGE, type Helpers } from './emit.ts'
import { generated } from './generate.ts'
import { interpret, type Cursor } from './interpret.ts'
import { givenValues } from './locals.ts'
import { loopsSource, type Body } from './loops.ts'
import type { Nest } from './nest.ts'

/** Values by variable, one array for each of a nest's variables. */
export type Columns = readonly (Int32Array | Float64Array)[]

/** A search that hands out its solutions some at a time. */
export interface Listing {
  /** Writes the next solutions, not more than fit, into the columns; returns how many. Fewer: there are no more. */
  readonly fill: (columns: Columns, capacity: number) => number
}

/** Solutions of a nest in the order of its loops, from the first on. */
export function listing(nest: Nest): Listing {
  const cursor: Cursor = nest.loops.map(() => 0)
  const columns = nest.variables.map((_, i) => `c${i}=C[${i}]`).join(',')
  const kept = nest.loops.map((_, i) => `Z[${i}]=i${i}${i === nest.loops.length - 1 ? '+1' : ''};`).join('')
  const run = compiled<[Columns, Cursor, number]>(nest, ['C', 'Z', 'M'], {
    isResumed: true,
    begin: `const ${columns};`,
    leaf: (value) => {
      const stores = nest.variables.map((index, i) => `c${i}[n]=${value(index)};`).join('')
      return `${stores}if(++n===M){${kept}return n;}`
    },
  })
  if (run) return { fill: (columns, capacity) => run(columns, cursor, capacity) }
  const names = nest.variables.map((index) => nest.problem.space.variables[index]!.name)
  return {
    fill: (columns, capacity) => {
      let n = 0
      const visit = (values: Values): boolean => {
        names.forEach((name, i) => (columns[i]![n] = values[name]!))
        return ++n === capacity
      }
      interpret(nest, cursor, { visit })
      return n
    },
  }
}

/** How many solutions a nest has; nothing where they are more than `most`. */
export function counted(nest: Nest, most: number): number | undefined {
  const run = compiled<[number]>(nest, ['M'], { leaf: () => 'if(++n>M)return n;' })
  let count = 0
  if (run) count = run(most)
  else {
    const cursor = nest.loops.map(() => 0)
    interpret(nest, cursor, { visit: () => ++count > most })
  }
  return count > most ? undefined : count
}

/** Who takes what a search for the best offers. */
export interface Judge {
  /** An objective that is not above what it last asked for, and the values of the nest's variables. */
  readonly offer: (objective: number, row: readonly number[]) => void
  /** Objectives above this are of no interest; below, when the objective is maximised. */
  readonly limit: () => number
}

/**
 * Offers the solutions of a nest whose objective may still matter, passing over whole parts whose bound already does
 * not. Returns how many nodes were entered; where they are more than `most`, the search has not been completed.
 */
export function ranked(nest: Nest, { direction, value }: Objective, judge: Judge, most: number = Infinity): number {
  const isMinimise = direction === 'minimise'
  const isWorse = isMinimise ? '>' : '<'
  const { space, definitions } = nest.problem
  const run = compiled<[(c: number, ...row: number[]) => number, (...row: number[]) => number, number, number]>(
    nest,
    ['S', 'V', 'L', 'M'],
    {
      expressions: [value],
      enter: (relaxer, depth) => {
        const bound = depth < nest.loops.length - 1 && (isMinimise ? relaxer.least(value) : relaxer.most(value))
        return `${bound ? `if(${bound}${isWorse}L)continue;` : ''}if(++n>M)return n;`
      },
      last: (locals) => {
        const { text } = locals.emitter.emit(value)
        const row = nest.loops.map((_, i) => `p${i}`).join(',')
        return `H.trouble=0;let c=${text}+0;if(H.trouble!==0){if(H.trouble!==${TOO_LARGE})continue;c=V(${row});}`
      },
      leaf: (of) => `if(!(c${isWorse}L))L=S(c,${nest.variables.map(of).join(',')});`,
    },
  )
  const names = nest.loops.map(({ index }) => space.variables[index]!.name)
  if (run) {
    const offer = (objective: number, ...row: number[]): number => {
      judge.offer(objective, row)
      return judge.limit()
    }
    const exact = (...row: number[]): number => {
      const values = Object.fromEntries(row.map((of, i) => [names[i]!, of]))
      return numberOf(value, { ...space.givens, ...values }, definitions)!
    }
    return run(offer, exact, judge.limit(), most)
  }
  let nodes = 0
  const own = nest.variables.map((index) => space.variables[index]!.name)
  interpret(nest, nest.loops.map(() => 0), {
    skips: (bounds) => {
      const [from, to] = boundsOf(value, bounds, definitions, new Map())
      const isSkipped = isMinimise ? from > judge.limit() : to < judge.limit()
      if (!isSkipped) nodes++
      return isSkipped || nodes > most
    },
    visit: (values) => {
      const objective = numberOf(value, values, definitions)
      const limit = judge.limit()
      if (objective === undefined || (isMinimise ? objective > limit : objective < limit)) return false
      judge.offer(objective, own.map((name) => values[name]!))
      return false
    },
  })
  return nodes
}

/** Whether each variable's values fit 32 bits, which is how columns keep them then. */
export function columnOf(nest: Nest, index: number, length: number): Int32Array | Float64Array {
  const { space, definitions, domains } = nest.problem
  const loop = nest.loops.find((one) => one.index === index)
  const [from, to] = loop
    ? hullOf(loop.domain)
    : boundsOf(
        definitions.get(space.variables[index]!.name)!,
        (name) => {
          const given = space.givens[name]
          if (given !== undefined) return [given, given]
          const other = definitions.has(name) ? -1 : space.variables.findIndex((variable) => variable.name === name)
          return other < 0 ? undefined : hullOf(domains[other]!)
        },
        definitions,
        new Map(),
      )
  return from >= -(2 ** 31) && to < 2 ** 31 ? new Int32Array(length) : new Float64Array(length)
}

type Judged = (condition: number, ...values: number[]) => boolean

/** The loops as a function of what the body reads; nothing where generated code is forbidden. */
function compiled<Own extends readonly unknown[]>(
  nest: Nest,
  own: readonly string[],
  body: Body,
): ((...args: Own) => number) | undefined {
  const { space, definitions } = nest.problem
  const run = generated<
    (
      domains: readonly Domain[],
      givens: readonly number[],
      helpers: Helpers,
      lookups: readonly Lookup[],
      holds: Judged,
      ...rest: Own
    ) => number
  >(['D', 'G', 'H', 'X', 'holds', ...own], () => loopsSource(nest, body))
  if (!run) return undefined
  const names = nest.loops.map(({ index }) => space.variables[index]!.name)
  // What a condition means when its arithmetic became too large is the interpreter's to say, with the place of it.
  const judged: Judged = (condition, ...row) => {
    const values: Values = { ...space.givens, ...Object.fromEntries(row.map((value, i) => [names[i]!, value])) }
    return holds(nest.atoms[condition]!.condition, values, definitions)
  }
  const domains = nest.loops.map(({ domain }) => domain)
  const lookups = domains.map((domain) => new Lookup(domain))
  return (...args) => run(domains, givenValues(space), helpers(), lookups, judged, ...args)
}

/** What loops ask of a domain that is a list. */
class Lookup {
  readonly #domain: Domain
  #members: ReadonlySet<number> | undefined
  readonly #divisors = new Map<number, readonly number[]>()

  constructor(domain: Domain) {
    this.#domain = domain
  }

  has(value: number): boolean {
    this.#members ??= new Set(isList(this.#domain) ? this.#domain : [])
    return this.#members.has(value)
  }

  /** The values that divide a number; none where it is no integer. */
  divisors(dividend: number): readonly number[] {
    const known = this.#divisors.get(dividend)
    if (known) return known
    const values = isList(this.#domain) && Number.isInteger(dividend) ? this.#domain : []
    const found = values.filter((value) => dividend % value === 0)
    this.#divisors.set(dividend, found)
    return found
  }
}


import { holds, numberOf, type Values } from '../values/evaluate.ts'
import { boundsUnder } from '../values/interval.ts'
import type { Expression } from '../language/expression.ts'
import type { Objective } from '../language/model.ts'
import { hullOf, isList, type Domain } from './domain.ts'
import { helpers, TOO_LARGE, type Helpers } from './emit.ts'
import { generated } from './generate.ts'
import { interpret, type Cursor } from './interpret.ts'
import { givenValues } from './locals.ts'
import { loopsSource, type Body } from './loops.ts'
import { depthOf, depthsOf, isTiny, type Nest } from './nest.ts'

/** Values by variable, one array for each of a nest's variables. */
export type Columns = readonly (Int32Array | Float64Array)[]

/** A search that hands out its solutions some at a time. */
export interface Listing {
  /** Writes the next solutions, not more than fit, into the columns; returns how many. Fewer: there are no more. */
  readonly fill: (columns: Columns, capacity: number) => number
}

const listed = new WeakSet<Nest>()
const listings = new WeakMap<Nest, (columns: Columns, cursor: Cursor, capacity: number) => number>()

/** Solutions of a nest in the order of its loops, from the first on. */
export function listing(nest: Nest): Listing {
  const free = freeValues(nest)
  if (free) return copying(free)
  const cursor: Cursor = nest.loops.map(() => 0)
  const run = listings.get(nest) ?? (isTiny(nest) && isListedFirst(nest) ? undefined : compiledListing(nest))
  if (run) {
    listings.set(nest, run)
    return { fill: (columns, capacity) => run(columns, cursor, capacity) }
  }
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

function isListedFirst(nest: Nest): boolean {
  if (listed.has(nest)) return false
  listed.add(nest)
  return true
}

function compiledListing(nest: Nest): ((columns: Columns, cursor: Cursor, capacity: number) => number) | undefined {
  const inner = nest.loops.length - 1
  const depthAt = depthsOf(nest)
  const depths = nest.variables.map(
    (index) => depthAt.get(index) ?? depthOf(nest.problem.scope(nameOf(nest, index)), depthAt),
  )
  // The innermost loop writes its values one by one; what stays the same meanwhile is written behind it, all at once.
  const written = (depth: number, valueOf: (index: number) => string): string =>
    nest.variables.map((index, i) => (depths[i] === depth ? `c${i}.fill(${valueOf(index)},w${depth},n);` : '')).join('')
  return compiled<[Columns, Cursor, number]>(nest, ['C', 'Z', 'M'], {
    isResumed: true,
    begin: `const ${nest.variables.map((_, i) => `c${i}=C[${i}]`).join(',')};`,
    enter: (depth) => (depth < inner ? `const w${depth}=n;` : ''),
    leaf: (valueOf) => {
      const stores = nest.variables.map((index, i) => (depths[i] === inner ? `c${i}[n]=${valueOf(index)};` : ''))
      return `${stores.join('')}n++;`
    },
    isLast: 'n===M',
    ended: (depth, valueOf) =>
      depth < inner ? `${written(depth, valueOf)}Z[${depth}]=i${depth};` : `Z[${depth}]=i${depth}+1;`,
    leave: (depth, valueOf) => (depth < inner ? `if(n>w${depth}){${written(depth, valueOf)}}` : ''),
  })
}

/** The values of a nest of one variable that nothing restricts, which need no search. */
function freeValues({ loops, atoms, variables }: Nest): readonly number[] | undefined {
  const [only] = loops
  const isFree = only && loops.length === 1 && variables.length === 1 && atoms.length === 0
  return isFree && isList(only.domain) ? only.domain : undefined
}

function copying(values: readonly number[]): Listing {
  let done = 0
  return {
    fill: ([column], capacity) => {
      const length = Math.min(capacity, values.length - done)
      for (let i = 0; i < length; i++) column![i] = values[done + i]!
      done += length
      return length
    },
  }
}

function nameOf({ problem }: Nest, index: number): Expression {
  const { name, at } = problem.space.model.params[index]!
  return { kind: 'name', name, at }
}

/** How many solutions a nest has; nothing where they are more than `most`. */
export function counted(nest: Nest, most: number): number | undefined {
  const free = freeValues(nest)
  if (free) return free.length > most ? undefined : free.length
  const run = compiled<[number]>(nest, ['M'], { leaf: () => 'n++;', isLast: 'n>M' })
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
 * not. Returns how many values were tried.
 */
export function ranked(nest: Nest, { direction, value }: Objective, judge: Judge): number {
  const isMinimise = direction === 'minimise'
  const isWorse = isMinimise ? '>' : '<'
  const { space, definitions } = nest.problem
  const run = compiled<[(c: number, ...row: number[]) => number, (...row: number[]) => number, number]>(
    nest,
    ['S', 'V', 'L'],
    {
      expressions: [value],
      step: 'n++;',
      enter: (_depth, relaxer, direction) => {
        const bound = isMinimise ? relaxer.least(value) : relaxer.most(value)
        const worsens = direction(value) === (isMinimise ? 'up' : 'down')
        return bound ? `if(${bound}${isWorse}L)${worsens ? 'break' : 'continue'};` : ''
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
    return run(offer, exact, judge.limit())
  }
  let tried = 0
  const own = nest.variables.map((index) => space.variables[index]!.name)
  interpret(
    nest,
    nest.loops.map(() => 0),
    {
      tries: () => tried++,
      skips: (bounds) => {
        const [from, to] = boundsUnder(bounds, definitions)(value)
        return isMinimise ? from > judge.limit() : to < judge.limit()
      },
      visit: (values) => {
        const objective = numberOf(value, values, definitions)
        const limit = judge.limit()
        if (objective === undefined || (isMinimise ? objective > limit : objective < limit)) return false
        judge.offer(
          objective,
          own.map((name) => values[name]!),
        )
        return false
      },
    },
  )
  return tried
}

/** Whether each variable's values fit 32 bits, which is how columns keep them then. */
export function columnOf(nest: Nest, index: number, length: number): Int32Array | Float64Array {
  const loop = nest.loops.find((one) => one.index === index)
  const [from, to] = loop ? hullOf(loop.domain) : nest.problem.bounds(nameOf(nest, index))
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

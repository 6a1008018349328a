import type { Atom } from './atom.ts'
import { sizeOf, type Domain } from './domain.ts'
import type { Problem } from './problem.ts'

/** A search over some variables of a problem, in this order, under the conditions that read no others. */
export interface Nest {
  readonly problem: Problem
  /** The searched variables, outermost first. */
  readonly loops: readonly Loop[]
  /** Every variable that a solution gives a value, searched or computed: indices, ascending. */
  readonly variables: readonly number[]
  readonly atoms: readonly Atom[]
}

export interface Loop {
  /** Of the variable. */
  readonly index: number
  readonly domain: Domain
}

/** How many values its loops try, were none of them cut. */
export function combinationsOf({ loops }: Pick<Nest, 'loops'>): number {
  return loops.reduce((product, { domain }) => product * sizeOf(domain), 1)
}

// Up to so many combinations, trying them takes less time than writing code that tries fewer …
const SMALL = 20_000
// … and up to so many, less than writing any (dedispersion's 174: 0.3 ms less, measured in fresh processes).
const TINY = 256

let areAllLarge = false

/** Whether there is so little to try that loops just try it. */
export function isSmall(nest: Pick<Nest, 'loops'>): boolean {
  return !areAllLarge && combinationsOf(nest) <= SMALL
}

/** Whether there is so little to try that code for it is written only when it is tried again. */
export function isTiny(nest: Pick<Nest, 'loops'>): boolean {
  return !areAllLarge && combinationsOf(nest) <= TINY
}

/** Runs something as if every search were a large one: for tests of what those get. */
export function asIfLarge<T>(run: () => T): T {
  areAllLarge = true
  try {
    return run()
  } finally {
    areAllLarge = false
  }
}

/** The depth at which each searched variable of a nest becomes known. */
export function depthsOf({ loops }: Pick<Nest, 'loops'>): ReadonlyMap<number, number> {
  return new Map(loops.map(({ index }, depth) => [index, depth]))
}

/** The depth at which the last variable of a scope is known; −1 where there is none. */
export function depthOf(scope: readonly number[], depths: ReadonlyMap<number, number>): number {
  return Math.max(-1, ...scope.map((index) => depths.get(index)!))
}

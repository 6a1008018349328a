import { holds, numberOf } from '../values/evaluate.ts'
import { boundsOf, type Interval } from '../values/interval.ts'
import { hullOf, sizeOf, valueAt } from './domain.ts'
import { depthOf, depthsOf, type Nest } from './nest.ts'

// The search without generated code: what a browser that forbids `new Function` runs. The same solutions in the same
// order.

/** Where a search goes on: the position in each loop's domain. */
export type Cursor = number[]

export interface Visitor {
  /** At a solution: a value for each variable of the space, by name. True ends the search after this one. */
  readonly visit: (values: Readonly<Record<string, number>>) => boolean
  /** Asked at each value that is tried; true ends the search. */
  readonly isOver?: () => boolean
  /** Whether everything below some known values may be skipped, given bounds of every name. */
  readonly skips?: (bounds: (name: string) => Interval | undefined) => boolean
}

/** Searches from a cursor on; leaves it behind the last solution that was visited. */
export function interpret(nest: Nest, cursor: Cursor, { visit, skips, isOver }: Visitor): void {
  const { loops, atoms, problem } = nest
  const { space, definitions } = problem
  const depths = depthsOf(nest)
  const names = loops.map(({ index }) => space.variables[index]!.name)
  const computed = nest.variables.filter((index) => !depths.has(index)).map((index) => space.variables[index]!.name)
  const due = loops.map((_, depth) => atoms.filter(({ scope }) => depthOf(scope, depths) === depth))
  const open = loops.map(({ index }, depth) =>
    atoms.filter(({ scope }) => depthOf(scope, depths) > depth && scope.includes(index)),
  )
  const values: Record<string, number> = { ...space.givens }
  const hulls = new Map(loops.map(({ domain }, depth) => [names[depth]!, hullOf(domain)]))
  const bounds = (name: string): Interval | undefined => {
    const value = values[name]
    return value === undefined ? hulls.get(name) : [value, value]
  }
  const isPossible = (depth: number): boolean =>
    due[depth]!.every(({ condition }) => holds(condition, values, definitions)) &&
    open[depth]!.every(({ condition }) => boundsOf(condition, bounds, definitions, new Map())[1] !== 0) &&
    !skips?.(bounds)
  const descend = (depth: number): boolean => {
    if (depth === loops.length) {
      const whole = { ...values }
      for (const name of computed) whole[name] = numberOf(definitions.get(name)!, values, definitions)!
      return visit(whole)
    }
    const { domain } = loops[depth]!
    for (let i = cursor[depth]!; i < sizeOf(domain); i++) {
      if (isOver?.()) return true
      cursor[depth] = i
      values[names[depth]!] = valueAt(domain, i)
      if (!isPossible(depth) || !descend(depth + 1)) continue
      if (depth === loops.length - 1) cursor[depth] = i + 1
      return true
    }
    cursor[depth] = 0
    delete values[names[depth]!]
    return false
  }
  descend(0)
}

import { holds, numberOf } from '../values/evaluate.ts'
import { boundsOf, type Interval } from '../values/interval.ts'
import { hullOf, sizeOf, valueAt } from './domain.ts'
import { depthOf, depthsOf, isTiny, type Nest } from './nest.ts'

// The search without generated code: what a browser that forbids `new Function` runs. The same solutions in the same
// order.

/** Where a search goes on: the position in each loop's domain. */
export type Cursor = number[]

export interface Visitor {
  /** At a solution: a value for each variable of the space, by name. True ends the search after this one. */
  readonly visit: (values: Readonly<Record<string, number>>) => boolean
  /** Called at each value that is tried. */
  readonly tries?: () => void
  /** Whether everything below some known values may be skipped, given bounds of every name. */
  readonly skips?: (bounds: (name: string) => Interval | undefined) => boolean
}

/** Searches from a cursor on; leaves it behind the last solution that was visited. */
export function interpret(nest: Nest, cursor: Cursor, { visit, skips, tries }: Visitor): void {
  const { loops, atoms, problem } = nest
  const { space, definitions } = problem
  const depths = depthsOf(nest)
  const names = loops.map(({ index }) => space.variables[index]!.name)
  const computed = nest.variables.filter((index) => !depths.has(index)).map((index) => space.variables[index]!.name)
  const due = loops.map((_, depth) => atoms.filter(({ scope }) => depthOf(scope, depths) === depth))
  // Names that are not known yet are undefined, not missing: objects that lose properties are slow.
  const values: Record<string, number | undefined> = { ...space.givens }
  for (const name of names) values[name] = undefined
  const known = values as Record<string, number>
  const hulls = new Map(loops.map(({ domain }, depth) => [names[depth]!, hullOf(domain)]))
  const bounds = (name: string): Interval | undefined => {
    const value = values[name]
    return value === undefined ? hulls.get(name) : [value, value]
  }
  const cutting = isTiny(nest) ? atoms.filter(({ condition }) => !problem.isExact(condition)) : atoms
  const open = loops.map(({ index }, depth) =>
    cutting.filter(({ scope }) => depthOf(scope, depths) > depth && scope.includes(index)),
  )
  const isPossible = (depth: number): boolean =>
    due[depth]!.every(({ condition }) => holds(condition, known, definitions)) &&
    open[depth]!.every(({ condition }) => boundsOf(condition, bounds, definitions, new Map())[1] !== 0) &&
    !skips?.(bounds)
  const descend = (depth: number): boolean => {
    if (depth === loops.length) {
      if (computed.length === 0) return visit(known)
      const whole = { ...known }
      for (const name of computed) whole[name] = numberOf(definitions.get(name)!, known, definitions)!
      return visit(whole)
    }
    const { domain } = loops[depth]!
    const size = sizeOf(domain)
    const name = names[depth]!
    for (let i = cursor[depth]!; i < size; i++) {
      tries?.()
      cursor[depth] = i
      values[name] = valueAt(domain, i)
      if (!isPossible(depth) || !descend(depth + 1)) continue
      if (depth === loops.length - 1) cursor[depth] = i + 1
      return true
    }
    cursor[depth] = 0
    values[name] = undefined
    return false
  }
  descend(0)
}

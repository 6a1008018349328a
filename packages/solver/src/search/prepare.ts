import { SpaceError } from '../language/source.ts'
import { holds } from '../values/evaluate.ts'
import { isList, sizeOf, type Domain } from './domain.ts'
import { narrow } from './narrowing.ts'
import { solutionFor } from './equality.ts'
import { combinationsOf, depthOf, depthsOf, isTiny, type Loop, type Nest } from './nest.ts'
import { ordered } from './order.ts'
import { problemOf, withDomains, type Problem } from './problem.ts'
import type { Space } from './space.ts'

/** A space made ready for search. */
export interface Prepared {
  readonly problem: Problem
  /** Whether nothing fits, whatever is chosen: a rule is false by bounds alone, or a domain is empty. */
  readonly isRefuted: boolean
  /**
   * Parts that no condition connects: their solutions combine freely. The smallest first; in listings
   * the last varies fastest, like the last digit of a number.
   */
  readonly components: readonly Nest[]
}

const known = new WeakMap<Space, Prepared>()

/** Throws `E_SPACE_DOMAIN` for a range without end that no rule bounds. */
export function prepare(space: Space): Prepared {
  const found = known.get(space)
  if (found) return found
  const prepared = preparedAnew(space)
  expectEnds(prepared)
  known.set(space, prepared)
  return prepared
}

function preparedAnew(space: Space): Prepared {
  const given = problemOf(space)
  const isRefuted =
    given.domains.some((domain) => sizeOf(domain) === 0) ||
    given.atoms.some(({ scope, condition }) => scope.length === 0 && !holds(condition, space.givens, given.definitions))
  const problem = isRefuted ? given : withDomains(given, narrow(given))
  const { domains } = problem
  const searched = space.variables.map((_, index) => index).filter((index) => !given.computed.includes(index))
  if (isRefuted || searched.some((index) => sizeOf(domains[index]!) === 0))
    return { problem, isRefuted: true, components: [] }
  const atoms = given.atoms.filter(({ scope }) => !isSettled(problem, scope))
  const components = split(problem, searched, atoms).map((variables) => {
    const own = atoms.filter(({ scope }) => variables.includes(scope[0]!))
    const declared = loopsOver(variables, domains)
    // So little is tried in any order as fast as a good one is found.
    const isAnyOrder = isTiny({ loops: declared })
    const loops = isAnyOrder ? declared : loopsOver(ordered(problem, variables, own, domains), domains)
    return { problem, loops, variables: withComputed(problem, variables), atoms: own }
  })
  return { problem, isRefuted: false, components: components.sort((a, b) => combinationsOf(a) - combinationsOf(b)) }
}

function loopsOver(variables: readonly number[], domains: readonly Domain[]): readonly Loop[] {
  return variables.map((index) => ({ index, domain: domains[index]! }))
}

/** Whether a condition is met already: it reads nothing, or one variable, and the values that break it are gone. */
function isSettled({ domains }: Problem, scope: readonly number[]): boolean {
  return scope.length === 0 || (scope.length === 1 && isList(domains[scope[0]!]!))
}

/** Variables that conditions or definitions connect, directly or through others. */
function split(problem: Problem, searched: readonly number[], atoms: Problem['atoms']): readonly (readonly number[])[] {
  const root = problem.space.variables.map((_, index) => index)
  const find = (index: number): number => (root[index] === index ? index : (root[index] = find(root[index]!)))
  const connect = (scope: readonly number[]): void => {
    for (const index of scope.slice(1)) root[find(index)] = find(scope[0]!)
  }
  for (const { scope } of atoms) connect(scope)
  for (const index of problem.computed) connect(scopeOfComputed(problem, index))
  const groups = new Map<number, number[]>()
  for (const index of searched) groups.set(find(index), [...(groups.get(find(index)) ?? []), index])
  return [...groups.values()]
}

/** The variables of a component, with those that are computed from them, ascending. */
function withComputed(problem: Problem, variables: readonly number[]): readonly number[] {
  const own = problem.computed.filter((index) => variables.includes(scopeOfComputed(problem, index)[0]!))
  return [...variables, ...own].sort((a, b) => a - b)
}

function scopeOfComputed({ space, definitions, scope }: Problem, index: number): readonly number[] {
  return scope(definitions.get(space.variables[index]!.name)!)
}

// Loops could run through larger ranges, but never to an end.
const LARGEST_DOMAIN = 5_000_000

function expectEnds({ problem, components }: Prepared): void {
  const { space, definitions, bounds } = problem
  for (const nest of components)
    for (const [depth, { index, domain }] of nest.loops.entries()) {
      const size = sizeOf(domain)
      if (size <= LARGEST_DOMAIN) continue
      const { name, at } = space.model.params[index]!
      const depths = depthsOf(nest)
      const isSolved = nest.atoms.some(
        ({ condition, scope }) =>
          depthOf(scope, depths) === depth && solutionFor(name, condition, bounds, definitions) !== undefined,
      )
      if (isSolved) continue
      throw new SpaceError(
        'E_SPACE_DOMAIN',
        size === Infinity
          ? `no rule bounds ${name} from above; end its range, or add a rule such as ${name} <= 1024`
          : `${name} has ${size} values, more than ${LARGEST_DOMAIN}, and no rule says what it is equal to; bound it by a rule`,
        at,
      )
    }
}

import type { Expression } from '../language/expression.ts'
import type { Atom } from './atom.ts'
import { divisibility } from './divisibility.ts'
import { sizeOf, type Domain } from './domain.ts'
import { solvedFor } from './equality.ts'
import type { Problem } from './problem.ts'

/**
 * Variables, outermost first: next comes always the one that is expected to multiply the loops least, given what the
 * conditions that it completes leave of its values.
 */
export function ordered(
  problem: Problem,
  variables: readonly number[],
  atoms: readonly Atom[],
  domains: readonly Domain[],
): readonly number[] {
  const order: number[] = []
  const rest = new Set(variables)
  while (rest.size > 0) {
    const expected = new Map([...rest].map((index) => [index, expectedValues(problem, index, rest, atoms, domains)]))
    const next = [...rest].reduce((best, index) => (expected.get(index)! < expected.get(best)! ? index : best))
    order.push(next)
    rest.delete(next)
  }
  return order
}

// A divisor is searched for among this many, a large number having few.
const DIVISORS = 6

/** How many values of a variable are expected to pass, the variables outside `rest` being known. */
function expectedValues(
  { space, definitions }: Problem,
  index: number,
  rest: ReadonlySet<number>,
  atoms: readonly Atom[],
  domains: readonly Domain[],
): number {
  const { name } = space.variables[index]!
  let left = sizeOf(domains[index]!)
  for (const { condition, scope } of atoms) {
    if (scope.length < 2 || !scope.includes(index)) continue
    const unknown = scope.filter((other) => other !== index && rest.has(other)).length
    if (unknown > 0) {
      // Its bounds may cut even so; and it is one step nearer to being complete.
      left *= unknown === 1 ? 0.9 : 0.97
      continue
    }
    if (solvedFor(name, condition, definitions)) left = Math.min(left / 3, 0.8)
    else if (isFactor(name, condition, definitions)) left = Math.min(left / 2, DIVISORS)
    else left /= isEquality(condition) ? 4 : 2
  }
  return left
}

function isFactor(name: string, condition: Expression, definitions: Problem['definitions']): boolean {
  return (
    divisibility(condition, definitions)?.factors.some((factor) => factor.kind === 'name' && factor.name === name) ??
    false
  )
}

function isEquality(condition: Expression): boolean {
  return (condition.kind === 'compare' && condition.ops.includes('==')) || condition.kind === 'in'
}

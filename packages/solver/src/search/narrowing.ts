import { SpaceError } from '../language/source.ts'
import { holds, numberOf } from '../values/evaluate.ts'
import { boundsOf, type Interval } from '../values/interval.ts'
import type { Atom } from './atom.ts'
import { divisibility } from './divisibility.ts'
import { contains, hullOf, isList, sizeOf, valueAt, within, type Domain } from './domain.ts'
import type { Problem } from './problem.ts'
import { divisorsOf } from './space.ts'

// A dividend is computed for no more combinations of its variables than this to see what can divide it.
const MOST_DIVIDENDS = 4_096
// Fewer values are tried in the loops as fast as they are ruled out here.
const FEW = 64

/**
 * The values of each variable that no condition excludes on its own, as far as bounds and divisors tell, to a fixpoint.
 * No solution is lost. Ranges without end stay so where no condition bounds them.
 */
export function narrow(problem: Problem): readonly Domain[] {
  return new Narrowing(problem).run()
}

class Narrowing {
  readonly #problem: Problem
  readonly #domains: Domain[]

  constructor(problem: Problem) {
    this.#problem = problem
    this.#domains = [...problem.domains]
  }

  run(): readonly Domain[] {
    // Conditions on one variable first: what they leave makes the others cheap.
    const atoms = this.#problem.atoms.filter(({ scope }) => scope.length > 0)
    const waiting = new Set(atoms.toSorted((a, b) => a.scope.length - b.scope.length))
    for (const atom of waiting) {
      waiting.delete(atom)
      for (const index of atom.scope) {
        const before = this.#domains[index]!
        const size = sizeOf(before)
        const after = atom.scope.length === 1 ? this.#filtered(atom, index) : this.#cut(atom, index)
        if (sizeOf(after) === size) continue
        this.#domains[index] = after
        if (sizeOf(after) === 0) return this.#domains
        // A list stays as conditions on it alone have left it; a range becomes one only now.
        const isNew = isList(after) && !isList(before)
        for (const other of atoms)
          if (other.scope.includes(index) && (isNew || other.scope.length > 1)) waiting.add(other)
      }
    }
    return this.#domains
  }

  /** What a condition on one variable leaves of it. */
  #filtered(atom: Atom, index: number): Domain {
    const found = this.#divisors(atom, index)
    const divisors = isList(found) ? found : this.#shaved(atom, index, found)
    if (!isList(divisors)) return divisors
    const { space, definitions } = this.#problem
    const { name } = space.variables[index]!
    const values: Record<string, number> = { ...space.givens }
    return divisors.filter((value) => {
      values[name] = value
      try {
        return holds(atom.condition, values, definitions)
      } catch (error) {
        // Too large to compute exactly, yet surely too large for the rule.
        if (error instanceof SpaceError && this.#isExcluded(atom, index, [value, value])) return false
        throw error
      }
    })
  }

  #cut(atom: Atom, index: number): Domain {
    const domain = this.#domains[index]!
    // What may become too large is cut even so: values for which it would are an error in the loops.
    if (sizeOf(domain) < FEW && this.#problem.isExact(atom.condition)) return domain
    return this.#shaved(atom, index, this.#divisors(atom, index))
  }

  /** A domain without the ends that bounds of the other variables exclude. */
  #shaved(atom: Atom, index: number, domain: Domain): Domain {
    const size = sizeOf(domain)
    if (size === 0) return domain
    const [, to] = hullOf(domain)
    const kept = this.#firstKept(
      size,
      (i) => !this.#isExcluded(atom, index, [valueAt(domain, i), to]),
      size === Infinity,
    )
    if (kept === 0) return []
    if (kept === Infinity) return domain
    const last = valueAt(domain, kept - 1)
    const low = valueAt(domain, 0)
    const dropped = largestPrefix(kept, (i) => this.#isExcluded(atom, index, [low, valueAt(domain, i - 1)]))
    return dropped === 0 && kept === size
      ? domain
      : within(domain, dropped === kept ? Infinity : valueAt(domain, dropped), last)
  }

  /** How many values from the start are left when those at the end are excluded together. */
  #firstKept(size: number, isPossible: (i: number) => boolean, isOpen: boolean): number {
    if (!isOpen) return size - largestPrefix(size, (i) => !isPossible(size - i))
    if (!isPossible(0)) return 0
    let below = 0
    let above = 1
    for (; isPossible(above); above *= 2) {
      if (above > 2 ** 52) return Infinity
      below = above
    }
    while (above - below > 1) {
      const middle = Math.floor((above + below) / 2)
      if (isPossible(middle)) below = middle
      else above = middle
    }
    return above
  }

  #isExcluded({ condition }: Atom, index: number, interval: Interval): boolean {
    const { space, definitions } = this.#problem
    const hulls = (name: string): Interval | undefined => {
      const given = space.givens[name]
      if (given !== undefined) return [given, given]
      const other = space.indexOf.get(name)
      if (other === undefined) return undefined
      return other === index ? interval : hullOf(this.#domains[other]!)
    }
    return boundsOf(condition, hulls, definitions, new Map())[1] === 0
  }

  /** The values that divide something that the condition wants divided by them, where that can be listed. */
  #divisors({ condition, scope }: Atom, index: number): Domain {
    const domain = this.#domains[index]!
    const { space, definitions } = this.#problem
    if (sizeOf(domain) < FEW) return domain
    const found = divisibility(condition, definitions)
    const { name } = space.variables[index]!
    if (!found?.factors.some((factor) => factor.kind === 'name' && factor.name === name)) return domain
    const read = this.#problem.scope(found.dividend)
    const combinations = read.reduce((product, other) => product * sizeOf(this.#domains[other]!), 1)
    if (read.includes(index) || combinations > MOST_DIVIDENDS || scope.length === 0) return domain
    const dividends = new Set<number>()
    const values: Record<string, number> = { ...space.givens }
    const descend = (at: number): void => {
      if (at === read.length) {
        const value = attempted(() => numberOf(found.dividend, values, definitions))
        if (value !== undefined) dividends.add(Math.abs(value))
        return
      }
      for (const value of this.#domains[read[at]!] as readonly number[]) {
        values[space.variables[read[at]!]!.name] = value
        descend(at + 1)
      }
    }
    descend(0)
    // Everything divides 0, and 0 stands for what is too large to be computed here.
    if (dividends.has(0)) return domain
    if (isList(domain)) return domain.filter((value) => [...dividends].some((dividend) => dividend % value === 0))
    if (domain.from < 0) return domain
    const divisors = new Set([...dividends].flatMap(divisorsOf))
    return [...divisors].sort((a, b) => a - b).filter((value) => contains(domain, value))
  }
}

function attempted(compute: () => number | undefined): number | undefined {
  try {
    return compute()
  } catch (error) {
    if (error instanceof SpaceError) return 0
    throw error
  }
}

/** The largest n up to `size` for which `holds(n)`, which holds of every smaller n too: mostly 0, so by doubling. */
function largestPrefix(size: number, holds: (n: number) => boolean): number {
  if (size === 0 || !holds(1)) return 0
  let below = 1
  let above = 2
  for (; above <= size && holds(above); above *= 2) below = above
  above = Math.min(above, size + 1)
  while (above - below > 1) {
    const middle = Math.floor((above + below) / 2)
    if (holds(middle)) below = middle
    else above = middle
  }
  return below
}

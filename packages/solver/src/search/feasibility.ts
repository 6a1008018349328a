import type { Expression } from '../language/expression.ts'
import { SpaceError } from '../language/source.ts'
import { holds, numberOf, type Values } from '../values/evaluate.ts'
import { isList, leastFrom, mostUpTo, positionOf, type Domain } from './domain.ts'
import { Network } from './network.ts'
import { Propagation, type Reasons } from './propagation.ts'
import type { BoundRule, Space } from './space.ts'

/** Whether some rules of a space can hold together; where they cannot, those among them that already cannot. */
export type Feasibility =
  | { readonly status: 'feasible' }
  | { readonly status: 'infeasible'; readonly rules: readonly BoundRule[] }
  | { readonly status: 'open' }

/** A number that an expression is not below; where it is known to get there, with values of the names. */
export interface Least {
  readonly from: number
  readonly values?: Values
}

/** Where a search has come: what forbids this part, or why it ends. */
type Outcome = Reasons | 'feasible' | 'open'

/**
 * Asks which rules of a space can hold together: by bounds, and by halving domains where those leave it open. A
 * contradiction tells which decisions it rests on; those that it does not rest on are not tried the other way.
 */
export class Feasibilities {
  readonly #space: Space
  readonly #network: Network
  /** How often a variable's rules have been part of a contradiction: the variable to decide next. */
  readonly #weights: number[]

  constructor(space: Space) {
    this.#space = space
    this.#network = new Network(space)
    this.#weights = space.variables.map(() => 1)
  }

  /** Ends as open after looking at `most` parts of expressions. */
  of(rules: readonly BoundRule[], most: number): Feasibility {
    const { outcome } = this.#descended(rules, most)
    if (typeof outcome === 'string') return { status: outcome }
    return { status: 'infeasible', rules: rules.filter((_, i) => outcome.has(i)) }
  }

  /**
   * How low an expression that is nowhere below `low` gets, given some rules, as far as looking at `most` parts of
   * expressions tells.
   */
  least(expression: Expression, low: number, rules: readonly BoundRule[], most: number): Least {
    let values: Values | undefined
    let [from, to] = [low, Infinity]
    let left = most
    while (from < to) {
      // Goals from below: most are refuted by bounds alone, while what is only better is mostly only a bit better.
      const goal = to === Infinity ? 16 * Math.max(from, 1) : Math.floor((from + to) / 2)
      if (goal > Number.MAX_SAFE_INTEGER) return { from }
      const descended = this.#descended(rules, left, { expression, goal })
      left -= descended.steps
      if (descended.outcome === 'feasible') {
        values = descended.values
        to = numberOf(expression, values, this.#space.lets)!
      } else if (descended.outcome === 'open') return { from }
      else from = goal + 1
    }
    return { from, ...(values && { values }) }
  }

  /**
   * Begins again and again, each time with what is known of where contradictions come from and from the other end of
   * domains: a search that began badly does not get well.
   */
  #descended(rules: readonly BoundRule[], most: number, wanted?: Wanted): Descended {
    let steps = 0
    for (let allowed = FIRST_STEPS, isUpward = true; ; allowed *= 2, isUpward = !isUpward) {
      const descent = new Descent(this.#space, this.#network, this.#weights, rules, isUpward, wanted)
      const outcome = descent.run(Math.min(allowed, most - steps))
      steps += descent.steps
      if (outcome !== 'open' || steps > most || descent.steps <= allowed)
        return { outcome, steps, values: descent.values }
    }
  }
}

// Nodes that a search looks at before it begins again; twice as many each time.
const FIRST_STEPS = 4_000
// What an equality tells counts as so many times its values.
const LATER = 2 ** 100

interface Descended {
  readonly outcome: Outcome
  readonly steps: number
  /** Of the names, in the solution that was found. */
  readonly values: Values
}

/** What a search looks for besides that rules hold: an expression that is not above a goal. */
interface Wanted {
  readonly expression: Expression
  readonly goal: number
}

class Descent {
  values: Values = {}
  /** Whether it found numbers that are too large to be computed exactly. */
  #isInexact = false
  #most = 0
  readonly #space: Space
  readonly #weights: number[]
  readonly #rules: readonly BoundRule[]
  readonly #isUpward: boolean
  readonly #wanted: Wanted | undefined
  readonly #propagation: Propagation
  readonly #searched: readonly number[]
  readonly #later: ReadonlySet<number>
  readonly #isConsistent: boolean

  constructor(
    space: Space,
    network: Network,
    weights: number[],
    rules: readonly BoundRule[],
    isUpward: boolean,
    wanted?: Wanted,
  ) {
    this.#space = space
    this.#weights = weights
    this.#rules = rules
    this.#isUpward = isUpward
    this.#wanted = wanted
    const roots = rules.map(({ condition }) => network.of(condition))
    const least = wanted ? network.formsOf(wanted.expression) : []
    this.#propagation = new Propagation(network, [...roots, ...least])
    this.#searched = space.variables.map((_, i) => i).filter((i) => this.#propagation.isUsed(i))
    // What an equality tells once the others are decided is not decided before: that would leave numbers to factor.
    const told = roots.flatMap((root) => (network.nodes[root]!.op === '==' ? network.nodes[root]!.parts : []))
    this.#later = new Set(told.filter((node) => node < space.variables.length))
    this.#isConsistent =
      roots.every((root, i) => this.#propagation.assume(root, 1, 1, new Set([i]))) &&
      least.every((node) => this.#propagation.assume(node, -Infinity, wanted!.goal, new Set()))
  }

  get steps(): number {
    return this.#propagation.steps
  }

  /** Ends as open after looking at `most` nodes. */
  run(most: number): Outcome {
    this.#most = most
    const outcome = this.#isConsistent ? this.#from(0) : this.#propagation.conflict
    return typeof outcome !== 'string' && this.#isInexact ? 'open' : outcome
  }

  /** Goes on with all that follows from what is assumed. */
  #from(level: number): Outcome {
    if (this.#propagation.propagate()) return this.#decided(level)
    const { conflict } = this.#propagation
    for (const reason of conflict) for (const index of this.#rules[reason]?.scope ?? []) this.#weights[index]!++
    return conflict
  }

  /** Decides on one half of a variable's values, then on the other one. */
  #decided(level: number): Outcome {
    if (this.#propagation.steps > this.#most) return 'open'
    const index = this.#next()
    if (index === undefined) return this.#solution()
    const { values } = this.#space.variables[index]!
    const { from, to, known } = this.#propagation
    const middle = middleOf(values, from[index]!, to[index]!)
    const under = (isLower: boolean, why: Reasons): Outcome => {
      const [least, most] = isLower ? [-Infinity, middle] : [leastFrom(values, middle + 1), Infinity]
      const isPossible = this.#propagation.assume(index, least, most, why)
      const outcome = isPossible ? this.#from(level + 1) : this.#propagation.conflict
      this.#propagation.undo(known)
      return outcome
    }
    const decision = -1 - level
    const first = under(this.#isUpward, new Set([decision]))
    if (typeof first === 'string' || !first.has(decision)) return first
    const why = new Set(first)
    why.delete(decision)
    return under(!this.#isUpward, why)
  }

  #next(): number | undefined {
    const { from, to } = this.#propagation
    let next: number | undefined
    let least = Infinity
    for (const index of this.#searched) {
      if (from[index] === to[index]) continue
      const size = countOf(this.#space.variables[index]!.values, from[index]!, to[index]!)
      const score = (size / this.#weights[index]!) * (this.#later.has(index) ? LATER : 1)
      if (next !== undefined && score >= least) continue
      next = index
      least = score
    }
    return next
  }

  /** Every variable has a value: whether the rules hold is for substitution to say. */
  #solution(): Outcome {
    const values: Record<string, number> = { ...this.#space.givens }
    for (const index of this.#searched) values[this.#space.variables[index]!.name] = this.#propagation.from[index]!
    this.values = values
    const { lets } = this.#space
    try {
      const broken = this.#rules.findIndex(({ condition }) => !holds(condition, values, lets))
      if (broken >= 0) return this.#propagation.why(this.#rules[broken]!.scope).add(broken)
      const { expression, goal } = this.#wanted ?? {}
      if (!expression || (numberOf(expression, values, lets) ?? Infinity) <= goal!) return 'feasible'
    } catch (error) {
      if (!(error instanceof SpaceError)) throw error
      // Too large to be computed exactly.
      this.#isInexact = true
    }
    return this.#propagation.why(this.#searched)
  }
}

function countOf(domain: Domain, from: number, to: number): number {
  if (isList(domain)) return positionOf(domain, to) - positionOf(domain, from) + 1
  return (to - from) / domain.step + 1
}

/** A value with about as many values of the domain below as above it; of large ranges, by their logarithms. */
function middleOf(domain: Domain, from: number, to: number): number {
  if (isList(domain)) return domain[(positionOf(domain, from) + positionOf(domain, to)) >> 1]!
  const middle = from > 0 ? Math.sqrt(from * to) : from + (to - from) / 2
  return Math.max(from, mostUpTo(domain, Math.min(middle, to - 1)))
}

import type { Objective } from '../language/model.ts'
import { hasAny, LARGEST_LISTING, lengthOf, listRows } from './listing.ts'
import type { Nest } from './nest.ts'
import type { Prepared } from './prepare.ts'
import { ranked } from './run.ts'

/** A value for each variable, by index, and the objective's. */
export interface RankedRow {
  readonly row: readonly number[]
  readonly objective: number
}

export interface Ranking {
  /** Best first; equal ones in lexicographic order of their values. */
  readonly rows: readonly RankedRow[]
  /** How many values were tried to find them. */
  readonly tried: number
  /** The searched variables that the objective depends on, in the order in which they were tried. */
  readonly order: readonly number[]
}

/** The `k` solutions with the best objective. Those for which it has no value are left out. */
export function rank(prepared: Prepared, objective: Objective, k: number): Ranking {
  const { isRefuted, components } = prepared
  const others = components.filter((nest) => !reads(prepared, nest, objective))
  if (isRefuted || others.some((nest) => !hasAny(nest))) return { rows: [], tried: 0, order: [] }
  const ranking = rankRead(prepared, objective, k)
  // What the objective does not read decides nothing but the order of equals, so of each such component the k least
  // rows are enough, and they are enough for the k best so far.
  let rows = ranking.rows
  for (const component of others) {
    const wider = new Best(k, objective.direction === 'minimise' ? 1 : -1)
    const least = rows.length === 0 ? [] : leastRows(component, k)
    for (const { row: outer, objective: value } of rows)
      for (const inner of least) {
        const whole = outer.slice()
        component.variables.forEach((index, i) => (whole[index] = inner[i]!))
        wider.offer(whole, value)
      }
    rows = wider.kept
  }
  return { ...ranking, rows }
}

/** The same of the components that the objective reads alone: in the rows, the variables of the others are 0. */
function rankRead(prepared: Prepared, objective: Objective, k: number): Ranking {
  const { problem, components } = prepared
  const nest = joined(
    problem,
    components.filter((component) => reads(prepared, component, objective)),
  )
  const best = new Best(k, objective.direction === 'minimise' ? 1 : -1)
  const offer = (value: number, values: readonly number[]): void => {
    const row = problem.space.variables.map(() => 0)
    nest.variables.forEach((index, i) => (row[index] = values[i]!))
    best.offer(row, value)
  }
  const tried = ranked(nest, objective, { offer, limit: () => best.limit })
  return { rows: best.kept, tried, order: nest.loops.map(({ index }) => index) }
}

function reads({ problem }: Prepared, { variables }: Nest, { value }: Objective): boolean {
  const scope = problem.scope(value)
  return variables.some((index) => scope.includes(index))
}

/** One search over several components. */
export function joined(problem: Prepared['problem'], components: readonly Nest[]): Nest {
  return {
    problem,
    loops: components.flatMap(({ loops }) => loops),
    variables: components.flatMap(({ variables }) => variables).sort((a, b) => a - b),
    atoms: components.flatMap(({ atoms }) => atoms),
  }
}

function leastRows(component: Nest, k: number): readonly (readonly number[])[] {
  // One that is too large to list gives some of its rows instead.
  const isSmall = lengthOf(component, LARGEST_LISTING) !== undefined
  const best = new Best(k, 1)
  const { columns, length } = listRows(component, isSmall ? Infinity : k)
  for (let at = 0; at < length; at++) {
    const row = columns.map((column) => column[at]!)
    best.offer(row, 0)
  }
  return best.kept.map(({ row }) => row)
}

/** The best few of what is offered, in order. */
class Best {
  readonly kept: RankedRow[] = []
  readonly #most: number
  readonly #sign: 1 | -1

  constructor(most: number, sign: 1 | -1) {
    this.#most = most
    this.#sign = sign
  }

  /** What is worse than this is not kept any more. */
  get limit(): number {
    if (this.#most === 0) return -this.#sign * Infinity
    return this.kept.length < this.#most ? this.#sign * Infinity : this.kept.at(-1)!.objective
  }

  offer(row: readonly number[], objective: number): void {
    const last = this.kept.at(-1)
    if (this.kept.length >= this.#most && !(last && this.#isBefore(row, objective, last))) return
    const at = this.kept.findIndex((other) => this.#isBefore(row, objective, other))
    this.kept.splice(at < 0 ? this.kept.length : at, 0, { row, objective })
    if (this.kept.length > this.#most) this.kept.pop()
  }

  #isBefore(row: readonly number[], objective: number, other: RankedRow): boolean {
    if (objective !== other.objective) return this.#sign * objective < this.#sign * other.objective
    const at = row.findIndex((value, i) => value !== other.row[i])
    return at >= 0 && row[at]! < other.row[at]!
  }
}

import { listRows, prepare, rowsOf, type Component } from './components.ts'
import { numberFunction } from './loops.ts'
import type { Objective } from './model.ts'
import { scopesOf, type Space } from './space.ts'

/** A value for each variable, by index, and the objective's. */
export interface RankedRow {
  readonly row: readonly number[]
  readonly objective: number
}

export interface Ranking {
  /** Best first; equal ones in lexicographic order of their values. */
  readonly ranked: readonly RankedRow[]
  /** How many combinations of what the objective reads were looked at: all that there are. */
  readonly nodes: number
}

/** The `k` solutions with the best objective. Those for which it has no value are left out. */
export function rank(space: Space, objective: Objective, k: number): Ranking {
  const { refuted, components, domains } = prepare(space)
  if (refuted.length > 0 || domains.some(({ length }) => length === 0)) return { ranked: [], nodes: 0 }
  const scope = scopesOf(space.model, space.lets)(objective.value)
  const reads = ({ variables }: Component): boolean => variables.some((index) => scope.includes(index))
  const valueOf = numberFunction(space, objective.value, domains)
  const best = new Best(k, objective.direction === 'minimise' ? 1 : -1)
  const row = space.variables.map(() => 0)
  let nodes = 0
  eachCombination(components.filter(reads), row, () => {
    nodes++
    const value = valueOf(row)
    if (value !== undefined) best.offer(row, value)
  })
  // What the objective does not read decides nothing but the order of equals, so of each such component the k least
  // rows are enough, and they are enough for the k best so far.
  let ranked = best.kept
  for (const component of components) {
    if (reads(component)) continue
    const least = leastRows(component, k)
    const wider = new Best(k, objective.direction === 'minimise' ? 1 : -1)
    for (const { row: outer, objective: value } of ranked)
      for (const inner of least) {
        const joined = outer.slice()
        component.variables.forEach((index, i) => (joined[index] = inner[i]!))
        wider.offer(joined, value)
      }
    ranked = wider.kept
  }
  return { ranked, nodes }
}

/** Fills a row with every combination of the components' solutions, the last varying fastest. */
export function eachCombination(components: readonly Component[], row: number[], visit: () => void): void {
  const rows = components.map((component) => listRows(component))
  const descend = (c: number): void => {
    if (c === components.length) return visit()
    const { variables } = components[c]!
    const { values, length, width } = rows[c]!
    for (let at = 0; at < length * width; at += width) {
      for (let i = 0; i < width; i++) row[variables[i]!] = values[at + i]!
      descend(c + 1)
    }
  }
  descend(0)
}

function leastRows(component: Component, k: number): readonly (readonly number[])[] {
  const best = new Best(k, 1)
  for (const row of rowsOf(listRows(component))) best.offer(row, 0)
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

  /** The row is copied if it is kept. */
  offer(row: readonly number[], objective: number): void {
    const last = this.kept.at(-1)
    if (this.kept.length >= this.#most && !(last && this.#isBefore(row, objective, last))) return
    const at = this.kept.findIndex((other) => this.#isBefore(row, objective, other))
    this.kept.splice(at < 0 ? this.kept.length : at, 0, { row: row.slice(), objective })
    if (this.kept.length > this.#most) this.kept.pop()
  }

  #isBefore(row: readonly number[], objective: number, other: RankedRow): boolean {
    if (objective !== other.objective) return this.#sign * objective < this.#sign * other.objective
    const at = row.findIndex((value, i) => value !== other.row[i])
    return at >= 0 && row[at]! < other.row[at]!
  }
}

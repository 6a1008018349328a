import { holds } from '../values/evaluate.ts'
import { SpaceError } from '../language/source.ts'
import { sizeOf, valueAt } from './domain.ts'
import { depthOf, depthsOf, type Nest } from './nest.ts'

/**
 * All solutions of a nest, folded: what can follow some values of the outer loops depends only on those that a condition
 * further inside still reads, so equal remainders are one node. Counting, the n-th and uniform draws need no listing.
 */
export interface Diagram {
  readonly count: bigint
  /** The values of the nest's loops in the solution with this position in the order of its loops. */
  readonly nth: (n: bigint) => readonly number[]
}

/** How many values building a diagram tries at most, if none of what conditions read excludes another. */
export function diagramCost(nest: Nest): number {
  return nest.loops.reduce((cost, { domain }, depth) => {
    const known = keptAt(nest, depth - 1).reduce((product, at) => product * sizeOf(nest.loops[at]!.domain), 1)
    return cost + known * sizeOf(domain)
  }, 0)
}

/** The loops up to a depth whose values conditions further inside read. */
function keptAt({ loops, atoms }: Nest, depth: number): readonly number[] {
  const depths = depthsOf({ loops })
  const later = new Set(atoms.filter(({ scope }) => depthOf(scope, depths) > depth).flatMap(({ scope }) => scope))
  return [...loops.keys()].filter((at) => at <= depth && later.has(loops[at]!.index))
}

interface Node {
  /** What the node's loop may take, with the node that follows each. */
  readonly values: number[]
  readonly next: Node[]
  count: bigint
}

const MOST_NODES = 1_000_000

export function diagramOf(nest: Nest): Diagram {
  const layers = layersOf(nest)
  for (const nodes of layers.toReversed().slice(1))
    for (const node of nodes) node.count = node.next.reduce((sum, { count }) => sum + count, 0n)
  const [root] = layers[0]!
  const nth = (n: bigint): readonly number[] => {
    const row: number[] = []
    let left = n
    let node = root!
    while (node.next.length > 0) {
      let at = 0
      for (; left >= node.next[at]!.count; at++) left -= node.next[at]!.count
      row.push(node.values[at]!)
      node = node.next[at]!
    }
    return row
  }
  return { count: root!.count, nth }
}

/** Nodes by the loop whose value they choose, and the one that ends every solution. */
function layersOf(nest: Nest): readonly (readonly Node[])[] {
  const { loops, atoms, problem } = nest
  const { space, definitions } = problem
  const depths = depthsOf(nest)
  const names = loops.map(({ index }) => space.variables[index]!.name)
  let size = 0
  const made = (ended: boolean): Node => {
    if (++size > MOST_NODES)
      throw new SpaceError(
        'E_SPACE_DOMAIN',
        `${space.model.file}: there are too many configurations to count one by one, and their rules connect too many parameters to count them together; split the rules into parts`,
      )
    return { values: [], next: [], count: ended ? 1n : 0n }
  }
  // Nodes of the current loop by the values that conditions from here on read.
  let current = new Map<string, { readonly known: Readonly<Record<string, number>>; readonly node: Node }>()
  current.set('', { known: {}, node: made(loops.length === 0) })
  const layers: Node[][] = [[...current.values()].map(({ node }) => node)]
  loops.forEach(({ domain }, depth) => {
    const due = atoms.filter(({ scope }) => depthOf(scope, depths) === depth)
    const kept = keptAt(nest, depth).map((at) => names[at]!)
    const following: typeof current = new Map()
    const values = Array.from({ length: sizeOf(domain) }, (_, i) => valueAt(domain, i))
    for (const { known, node } of current.values())
      for (const value of values) {
        const all: Record<string, number> = { ...space.givens, ...known, [names[depth]!]: value }
        if (!due.every(({ condition }) => holds(condition, all, definitions))) continue
        const key = kept.map((name) => all[name]).join()
        let target = following.get(key)
        if (!target) {
          const rest = Object.fromEntries(kept.map((name) => [name, all[name]!]))
          target = { known: rest, node: made(depth === loops.length - 1) }
          following.set(key, target)
        }
        node.values.push(value)
        node.next.push(target.node)
      }
    current = following
    layers.push([...current.values()].map(({ node }) => node))
  })
  return layers
}

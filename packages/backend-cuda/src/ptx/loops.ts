import type { BasicBlock } from './flow.ts'

/** A loop: what lies between a jump back and the block that it jumps to, which every way into the loop passes. */
export interface Loop {
  /** Blocks that jump back to the loop's first. */
  readonly latches: readonly number[]
  /** Indices of blocks, those of inner loops included. */
  readonly blocks: ReadonlySet<number>
  /** Loops right in this one. */
  readonly inner: readonly Loop[]
}

/** The loops of a function that lie in no other. A jump into the middle of a loop, which nvcc does not make, is none. */
export function loopsOf(blocks: readonly BasicBlock[], dominators: Dominators): readonly Loop[] {
  const latches = new Map<number, number[]>()
  blocks.forEach(({ successors }, tail) => {
    for (const header of new Set(successors))
      if (dominators.has(header, tail)) latches.set(header, [...(latches.get(header) ?? []), tail])
  })
  const predecessors = predecessorsOf(blocks)
  const found = [...latches]
    .map(([header, tails]) => ({
      header,
      latches: tails,
      blocks: bodyOf(header, tails, predecessors),
      inner: [] as Loop[],
    }))
    .toSorted((a, b) => a.header - b.header)
  const outermost: Loop[] = []
  for (const loop of found) {
    const around = found.filter((other) => other !== loop && other.blocks.has(loop.header))
    const nearest = around.toSorted((a, b) => a.blocks.size - b.blocks.size)[0]
    ;(nearest?.inner ?? outermost).push(loop)
  }
  return outermost
}

// Back from the jumps, to the block that all ways in pass.
function bodyOf(
  header: number,
  latches: readonly number[],
  predecessors: readonly (readonly number[])[],
): ReadonlySet<number> {
  const body = new Set([header])
  const open = [...latches]
  for (let block = open.pop(); block !== undefined; block = open.pop()) {
    if (body.has(block)) continue
    body.add(block)
    open.push(...predecessors[block]!)
  }
  return body
}

/** Which blocks lie on every way from the function's beginning to another. */
export interface Dominators {
  /** Whether every way to `block` passes `dominator`; a block does itself. No way leads to an unreachable block. */
  has(dominator: number, block: number): boolean
}

/** Cooper, Harvey, Kennedy: A simple, fast dominance algorithm (2001). */
export function dominatorsOf(blocks: readonly BasicBlock[]): Dominators {
  const order = reversePostorder(blocks)
  const place = new Map(order.map((block, index) => [block, index]))
  const predecessors = predecessorsOf(blocks)
  const nearest = new Map([[0, 0]])
  const common = (a: number, b: number): number => {
    while (a !== b)
      if (place.get(a)! > place.get(b)!) a = nearest.get(a)!
      else b = nearest.get(b)!
    return a
  }
  for (let changed = true; changed;) {
    changed = false
    for (const block of order.slice(1)) {
      const dominator = predecessors[block]!.filter((p) => nearest.has(p)).reduce(common)
      if (nearest.get(block) !== dominator) changed = true
      nearest.set(block, dominator)
    }
  }
  return {
    has(dominator, block) {
      if (!nearest.has(block)) return false
      while (block !== dominator && block !== 0) block = nearest.get(block)!
      return block === dominator
    },
  }
}

function reversePostorder(blocks: readonly BasicBlock[]): readonly number[] {
  const seen = new Set([0])
  const postorder: number[] = []
  const path = [{ block: 0, next: 0 }]
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const successor = blocks[top.block]?.successors[top.next++]
    if (successor === undefined) postorder.push(path.pop()!.block)
    else if (!seen.has(successor)) {
      seen.add(successor)
      path.push({ block: successor, next: 0 })
    }
  }
  return postorder.toReversed()
}

function predecessorsOf(blocks: readonly BasicBlock[]): readonly (readonly number[])[] {
  const predecessors: number[][] = blocks.map(() => [])
  blocks.forEach(({ successors }, index) => successors.forEach((successor) => predecessors[successor]!.push(index)))
  return predecessors
}

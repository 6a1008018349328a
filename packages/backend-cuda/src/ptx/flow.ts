import type { PtxFunction, PtxInstruction } from './syntax.ts'

/** A run of statements that is entered at its first and left behind its last. */
export interface BasicBlock {
  /** Indices of statements: the first, and the one behind the last. */
  readonly from: number
  readonly to: number
  readonly successors: readonly number[]
}

/** A loop: what lies between a jump back and the block that it jumps to, which every way into the loop passes. */
export interface Loop {
  readonly header: number
  /** Indices of blocks, those of inner loops included. */
  readonly blocks: ReadonlySet<number>
  /** 1 for a loop in no other. */
  readonly depth: number
}

/** The basic blocks of a function in the order of its code; the first is where it begins. */
export function basicBlocks(f: PtxFunction): readonly BasicBlock[] {
  const { code } = f
  const starts = new Set([0])
  code.forEach((statement, i) => {
    if (statement.kind === 'label') starts.add(i)
    else if (leaves(statement)) starts.add(i + 1)
  })
  const froms = [...starts].filter((start) => start < code.length).toSorted((a, b) => a - b)
  const blockAt = new Map(froms.map((from, index) => [from, index]))
  const blockOfLabel = new Map(
    code.flatMap((statement, i) => (statement.kind === 'label' ? [[statement.name, blockAt.get(i)!] as const] : [])),
  )
  return froms.map((from, index) => {
    const to = froms[index + 1] ?? code.length
    const last = code[to - 1]!
    const following = index + 1 < froms.length ? [index + 1] : []
    if (last.kind === 'label' || !leaves(last)) return { from, to, successors: following }
    return { from, to, successors: [...targets(last, blockOfLabel), ...(last.guard === undefined ? [] : following)] }
  })
}

/** The loops of a function, outer ones before those in them. */
export function loopsOf(blocks: readonly BasicBlock[]): readonly Loop[] {
  const dominators = dominatorsOf(blocks)
  const bodies = new Map<number, Set<number>>()
  blocks.forEach(({ successors }, tail) => {
    for (const header of successors)
      if (dominators[tail]!.has(header)) bodies.set(header, loopBody(header, tail, blocks, bodies.get(header)))
  })
  const depthOf = (header: number): number => [...bodies.values()].filter((body) => body.has(header)).length
  return [...bodies]
    .map(([header, body]) => ({ header, blocks: body, depth: depthOf(header) }))
    .toSorted((a, b) => a.depth - b.depth || a.header - b.header)
}

const name = ({ opcode }: PtxInstruction): string => opcode.split('.')[0]!

function leaves(instruction: PtxInstruction): boolean {
  return ['bra', 'brx', 'ret', 'exit', 'trap'].includes(name(instruction))
}

// A jump through a table may go to any label.
function targets(jump: PtxInstruction, blockOfLabel: ReadonlyMap<string, number>): readonly number[] {
  if (name(jump) === 'brx') return [...blockOfLabel.values()]
  const target = name(jump) === 'bra' ? blockOfLabel.get(jump.operands[0]!) : undefined
  return target === undefined ? [] : [target]
}

/** For each block those that every way to it passes, itself included; blocks that no way leads to have all. */
function dominatorsOf(blocks: readonly BasicBlock[]): readonly ReadonlySet<number>[] {
  const all = blocks.map((_, index) => index)
  const predecessors = predecessorsOf(blocks)
  const dominators = all.map((index) => new Set(index === 0 ? [0] : all))
  for (let changed = true; changed;) {
    changed = false
    for (const index of all.slice(1)) {
      const [first, ...rest] = predecessors[index]!.map((p) => dominators[p]!)
      if (first === undefined) continue
      const common = new Set([...first].filter((d) => rest.every((set) => set.has(d)))).add(index)
      if (common.size === dominators[index]!.size) continue
      dominators[index] = common
      changed = true
    }
  }
  return dominators
}

function predecessorsOf(blocks: readonly BasicBlock[]): readonly (readonly number[])[] {
  const predecessors: number[][] = blocks.map(() => [])
  blocks.forEach(({ successors }, index) => successors.forEach((successor) => predecessors[successor]!.push(index)))
  return predecessors
}

function loopBody(
  header: number,
  tail: number,
  blocks: readonly BasicBlock[],
  known: ReadonlySet<number> = new Set([header]),
): Set<number> {
  const predecessors = predecessorsOf(blocks)
  const body = new Set(known)
  const open = [tail]
  for (let block = open.pop(); block !== undefined; block = open.pop()) {
    if (body.has(block)) continue
    body.add(block)
    open.push(...predecessors[block]!)
  }
  return body
}

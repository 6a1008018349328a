import type { PtxFunction, PtxInstruction } from './syntax.ts'

/** A run of statements that is entered at its first and left behind its last. */
export interface BasicBlock {
  /** Indices of statements: the first, and the one behind the last. */
  readonly from: number
  readonly to: number
  readonly successors: readonly number[]
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

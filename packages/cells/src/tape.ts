import { argumentsOf } from './expression.ts'
import type { BinaryOp, Comparison, Condition, Expr, Leaf, UnaryOp } from './expression.ts'

/** One operation of a tape. `args` are positions of earlier entries. */
export interface TapeEntry {
  readonly op: 'const' | 'leaf' | 'select' | UnaryOp | BinaryOp | Comparison
  readonly args: readonly number[]
  readonly value: number
  readonly leaf: Leaf | undefined
  /** The name of the first named node with this value. */
  readonly name: string | undefined
}

/** A graph in the order of computation: equal subexpressions are one entry, arguments stand before what uses them. */
export interface Tape {
  readonly entries: readonly TapeEntry[]
  /** Position of each expression that was asked for. */
  readonly outputs: readonly number[]
}

/**
 * The tape that computes the expressions. `stopGradient` leaves no trace: its value is its argument's.
 */
export function linearise(exprs: readonly Expr[]): Tape {
  const entries: TapeEntry[] = []
  const positions = new Map<string, number>()
  const seen = new Map<Expr | Condition, number>()

  const visit = (node: Expr | Condition): number => {
    const known = seen.get(node)
    if (known !== undefined) return known
    const args = argumentsOf(node).map(visit)
    const position = node.op === 'stopGradient' ? rename(args[0]!, node.name) : place(node, args)
    seen.set(node, position)
    return position
  }
  const place = (node: Exclude<Expr, { op: 'stopGradient' }> | Condition, args: readonly number[]): number => {
    const name = 'name' in node ? node.name : undefined
    const key = keyOf(node, args)
    const position = positions.get(key)
    if (position !== undefined) return rename(position, name)
    const leaf = node.op === 'leaf' ? node.leaf : undefined
    entries.push({ op: node.op, args, value: node.op === 'const' ? node.value : 0, leaf, name })
    positions.set(key, entries.length - 1)
    return entries.length - 1
  }
  const rename = (position: number, name: string | undefined): number => {
    const entry = entries[position]!
    if (entry.name === undefined && name !== undefined) entries[position] = { ...entry, name }
    return position
  }

  return { outputs: exprs.map(visit), entries }
}

/** The leaves that the expressions are computed from, each once: what code around them has to load. */
export function leavesOf(exprs: readonly Expr[]): Leaf[] {
  return linearise(exprs).entries.flatMap(({ leaf }) => (leaf === undefined ? [] : [leaf]))
}

function keyOf(node: Expr | Condition, args: readonly number[]): string {
  if (node.op === 'const') return `const ${node.value}`
  if (node.op === 'leaf') return `leaf ${node.leaf.kind} ${node.leaf.name}`
  return `${node.op} ${args.join(' ')}`
}

import { basename } from 'node:path'
import { classOf, type InstructionClass } from './classes.ts'
import { basicBlocks, type BasicBlock } from './flow.ts'
import { dominatorsOf, loopsOf, type Dominators, type Loop } from './loops.ts'
import { parsePtx, type PtxFunction, type PtxInstruction } from './syntax.ts'

/** How often instructions of one class stand in the code. */
export type InstructionCount = InstructionClass & {
  readonly count: number
  /** Of them, those that a thread may skip: under a predicate, or in a branch that not every way takes. */
  readonly conditional: number
}

/** A stretch of code, without the loops in it. */
export interface RegionCounts {
  /** All instructions, arithmetic included. */
  readonly instructions: number
  readonly counts: readonly InstructionCount[]
}

/** What one round of a loop executes, inner loops apart. An unrolled loop's round is several of its source's. */
export interface LoopCounts extends RegionCounts {
  /** Where the jump back comes from, which is the line of the `for` or `while`; 0 in PTX without line numbers. */
  readonly line: number
  readonly file: string
  /** 1 for a loop in no other. */
  readonly depth: number
  readonly loops: readonly LoopCounts[]
}

/** An entry point, without the functions that it calls. */
export interface KernelCounts {
  readonly outside: RegionCounts
  readonly loops: readonly LoopCounts[]
}

/**
 * Counts the instructions of each entry point of a PTX module that cost more than arithmetic, by the loop that they are
 * in. Counts are of the code: how many rounds a loop makes only the run knows.
 *
 * @example
 * const { outside, loops } = countsOf(compiled.ptx)['lstm_fused_forward_bf16_d256']!
 */
export function countsOf(ptx: string): Readonly<Record<string, KernelCounts>> {
  const entries = parsePtx(ptx).functions.filter(({ isEntry }) => isEntry)
  return Object.fromEntries(entries.map((f) => [f.name, kernelCounts(f)]))
}

/**
 * The loops, at whatever depth, that the compiler made of the loop in a line of the source: none where it is unrolled
 * whole, several where it was split, such as into an unrolled part and the rest.
 */
export function loopsAt(kernel: KernelCounts, line: number): readonly LoopCounts[] {
  return kernel.loops.flatMap(withInner).filter((loop) => loop.line === line)
}

// Of a scan, that over whole chunks, or over those with a whole one after them: what is left of the time is walked once.
const TIME_LOOP = /^\s*for \((?:int t = 0; t < time|; chunk \+ (?:2 \* )?CHUNK <= end); /

/** The line of the loop over time of a kernel in its rendered source; undefined where there is none. */
export function timeLoopLine(source: string, entryPoint: string): number | undefined {
  const lines = source.split('\n')
  const start = lines.findIndex((line) => line.includes(`${entryPoint}(`))
  const end = lines.findIndex((line, index) => index > start && line === '}')
  const index = lines.findIndex((line, index) => index > start && index < end && TIME_LOOP.test(line))
  return start < 0 || index < 0 ? undefined : index + 1
}

function withInner(loop: LoopCounts): readonly LoopCounts[] {
  return [loop, ...loop.loops.flatMap(withInner)]
}

function kernelCounts(f: PtxFunction): KernelCounts {
  const blocks = basicBlocks(f)
  const dominators = dominatorsOf(blocks)
  const loops = loopsOf(blocks, dominators)
  const inLoops = new Set(loops.flatMap((loop) => [...loop.blocks]))
  const outside = blocks.map((_, index) => index).filter((index) => !inLoops.has(index))
  const ends = blocks.flatMap((block, index) => (isEnd(f, block) ? [index] : []))
  const code: Code = { f, blocks, dominators }
  return {
    outside: regionCounts(code, outside, ends),
    loops: loops.map((loop) => loopCounts(code, loop, 1)),
  }
}

interface Code {
  readonly f: PtxFunction
  readonly blocks: readonly BasicBlock[]
  readonly dominators: Dominators
}

function loopCounts(code: Code, loop: Loop, depth: number): LoopCounts {
  const inner = new Set(loop.inner.flatMap(({ blocks }) => [...blocks]))
  const own = [...loop.blocks].filter((block) => !inner.has(block))
  const jumps = loop.latches.map((latch) => jumpOf(code, latch)).filter((jump) => jump !== undefined)
  // A `continue` jumps back, too: the loop's own line is above those of its body.
  const back = jumps.toSorted((a, b) => a.line - b.line)[0]
  return {
    line: back?.line ?? 0,
    file: basename(back?.file ?? ''),
    depth,
    ...regionCounts(code, own, loop.latches),
    loops: loop.inner.map((one) => loopCounts(code, one, depth + 1)),
  }
}

function regionCounts(
  { f, blocks, dominators }: Code,
  indices: readonly number[],
  ends: readonly number[],
): RegionCounts {
  const found = new Map<string, InstructionClass & { count: number; conditional: number }>()
  let instructions = 0
  for (const index of indices) {
    const isSure = ends.every((end) => dominators.has(index, end))
    for (const statement of f.code.slice(blocks[index]!.from, blocks[index]!.to)) {
      if (statement.kind === 'label') continue
      instructions++
      const instructionClass = classOf(statement)
      if (instructionClass === undefined) continue
      const key = JSON.stringify(instructionClass)
      const entry = found.get(key) ?? { ...instructionClass, count: 0, conditional: 0 }
      entry.count++
      if (!isSure || statement.guard !== undefined) entry.conditional++
      found.set(key, entry)
    }
  }
  return { instructions, counts: [...found.values()].toSorted(byClass) }
}

const KINDS = ['matrix', 'load', 'store', 'copy', 'wait', 'atomic', 'barrier', 'cluster-barrier', 'warp-barrier']

function byClass(a: InstructionCount, b: InstructionCount): number {
  const place = ({ kind }: InstructionCount): number => (KINDS.includes(kind) ? KINDS.indexOf(kind) : KINDS.length)
  return place(a) - place(b) || (a.name < b.name ? -1 : Number(a.name > b.name))
}

// A trap is no end that a right run comes to.
function isEnd(f: PtxFunction, { to, successors }: BasicBlock): boolean {
  const last = f.code[to - 1]!
  if (last.kind === 'label') return successors.length === 0
  return /^(ret|exit)\b/.test(last.opcode) || (successors.length === 0 && last.opcode !== 'trap')
}

function jumpOf({ f, blocks }: Code, block: number): PtxInstruction | undefined {
  const last = f.code[blocks[block]!.to - 1]!
  return last.kind === 'label' ? undefined : last
}

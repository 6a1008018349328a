import type { Work } from '../src/index.ts'

/** Cells and flags in shared memory of a block, as many in global memory; see script.cu. */
export const CELLS = 4
export const SHARED_FLAGS = 4
const WARP = 32

export type Scope = 'gpu' | 'block'

/** Where a cell or a flag lies: its number in global memory, or in shared memory of a block. */
export interface Location {
  readonly block: number | 'global'
  readonly number: number
}

export type AccessKind = 'read' | 'write' | 'strong-read' | 'strong-write' | 'update'

/**
 * What some threads do, in an order in which it can happen: of two steps that share a thread the first comes first, and
 * nobody waits for what is later. Threads, warps and blocks are numbered over the launch.
 */
export type Step =
  | { readonly kind: AccessKind; readonly threads: readonly number[]; readonly cell: Location }
  | { readonly kind: 'block-barrier'; readonly block: number }
  | { readonly kind: 'warp-barrier'; readonly warp: number; readonly lanes: 'all' | 'lower' | 'upper' }
  | {
      readonly kind: 'barrier'
      readonly block: number
      readonly waiting: readonly number[] // warps
      readonly arriving: readonly number[]
    }
  | { readonly kind: 'fence'; readonly thread: number; readonly scope: Scope }
  | { readonly kind: 'signal'; readonly thread: number; readonly flag: Location; readonly how: Signal }
  // Until the flag has the value that the signals before have given it: no later step changes it.
  | { readonly kind: 'await'; readonly thread: number; readonly flag: Location; readonly how: Wait }
  | { readonly kind: 'copy'; readonly thread: number; readonly from: Location; readonly to: Location }
  | { readonly kind: 'commit'; readonly thread: number }
  | { readonly kind: 'wait-for-copies'; readonly thread: number; readonly but: 'none' | 'last' }

export const SIGNALS = ['store', 'volatile', 'release', 'release-to-block', 'add', 'add-release'] as const
export type Signal = (typeof SIGNALS)[number]
export const WAITS = ['load', 'volatile', 'acquire', 'acquire-of-block'] as const
export type Wait = (typeof WAITS)[number]

export interface Script {
  readonly blocks: number
  readonly warps: number // of a block
  readonly steps: readonly Step[]
}

/** The numbers of the operations in script.cu. */
const CODES = {
  read: 1,
  write: 2,
  'strong-read': 3,
  'strong-write': 4,
  update: 5,
  'block-barrier': 6,
  'warp-barrier': 7,
  barrier: 8,
  arrive: 9,
  fence: { gpu: 10, block: 11 },
  signal: { store: 12, volatile: 13, release: 14, 'release-to-block': 15, add: 16, 'add-release': 17 },
  await: { load: 18, volatile: 19, acquire: 20, 'acquire-of-block': 21 },
  copy: 22,
  commit: 23,
  'wait-for-copies': { none: 24, last: 25 },
} as const

export function threadsOf({ blocks, warps }: Pick<Script, 'blocks' | 'warps'>): number {
  return blocks * warps * WARP
}

export function blockOf(thread: number, { warps }: Pick<Script, 'warps'>): number {
  return Math.floor(thread / (warps * WARP))
}

/** The threads of a warp, or of half of it. */
export function lanesOf(warp: number, lanes: 'all' | 'lower' | 'upper' = 'all'): readonly number[] {
  const [from, to] = { all: [0, 32], lower: [0, 16], upper: [16, 32] }[lanes] as [number, number]
  return Array.from({ length: to - from }, (_, i) => warp * WARP + from + i)
}

/** The threads that take part in a step. */
export function participants(step: Step, { warps }: Script): readonly number[] {
  if ('threads' in step) return step.threads
  if ('thread' in step) return [step.thread]
  if (step.kind === 'warp-barrier') return lanesOf(step.warp, step.lanes)
  if (step.kind === 'barrier') return [...step.waiting, ...step.arriving].flatMap((warp) => lanesOf(warp))
  return Array.from({ length: warps * WARP }, (_, i) => step.block * warps * WARP + i)
}

/** One launch that runs the script. */
export function workOfScript(script: Script): { readonly work: Work; readonly words: Uint8Array } {
  const programs = programsOf(script)
  const steps = Math.max(1, ...programs.map(({ length }) => length))
  const words = new Uint32Array(programs.flatMap((program) => [...program, ...Array(steps - program.length).fill(0)]))
  const globalFlags = script.steps.map((step) =>
    'flag' in step && step.flag.block === 'global' ? step.flag.number + 1 : 0,
  )
  const work: Work = {
    buffers: [
      { name: 'script', role: 'input', bytes: words.byteLength },
      { name: 'cells', role: 'output', bytes: CELLS * 4 },
      { name: 'flags', role: 'zeroed', bytes: Math.max(1, ...globalFlags) * 4 },
    ],
    launches: [
      {
        entryPoint: 'script',
        grid: [script.blocks, 1, 1],
        block: [script.warps * WARP, 1, 1],
        sharedBytes: 0,
        cooperative: needsAllBlocks(script),
        arguments: [
          ...['script', 'cells', 'flags'].map((buffer) => ({ buffer })),
          { value: new Uint8Array(Int32Array.of(steps).buffer) },
        ],
      },
    ],
  }
  return { work, words: new Uint8Array(words.buffer) }
}

// Blocks that wait for no other one may run one after the other.
function needsAllBlocks({ steps }: Script): boolean {
  return steps.some((step) => step.kind === 'await' && step.flag.block === 'global')
}

/** The words of each thread. */
function programsOf(script: Script): readonly (readonly number[])[] {
  const programs = Array.from({ length: threadsOf(script) }, (): number[] => [])
  const say = (threads: readonly number[], code: number, operand: number = 0, number: number = 0): void =>
    threads.forEach((thread) => programs[thread]!.push(code | (operand << 8) | (number << 16)))
  const barriers = new BarrierNumbers()
  const signals = new Map<string, number>()
  for (const step of script.steps) {
    const threads = participants(step, script)
    switch (step.kind) {
      case 'block-barrier':
        barriers.free(step.block)
        say(threads, CODES[step.kind])
        break
      case 'warp-barrier':
        say(threads, CODES[step.kind], { all: 3, lower: 1, upper: 2 }[step.lanes])
        break
      case 'barrier': {
        const number = barriers.next(step.block)
        const lanes = (warps: readonly number[]): readonly number[] => warps.flatMap((warp) => lanesOf(warp))
        say(lanes(step.waiting), CODES.barrier, number, threads.length)
        say(lanes(step.arriving), CODES.arrive, number, threads.length)
        break
      }
      case 'fence':
        say(threads, CODES.fence[step.scope])
        break
      case 'signal':
        signals.set(keyOf(step.flag), (signals.get(keyOf(step.flag)) ?? 0) + 1)
        say(threads, CODES.signal[step.how], operandOf(step.flag, SHARED_FLAGS))
        break
      case 'await':
        say(threads, CODES.await[step.how], operandOf(step.flag, SHARED_FLAGS), signals.get(keyOf(step.flag)) ?? 0)
        break
      case 'copy':
        say(threads, CODES.copy, operandOf(step.to, CELLS), step.from.number)
        break
      case 'commit':
        say(threads, CODES.commit)
        break
      case 'wait-for-copies':
        say(threads, CODES['wait-for-copies'][step.but])
        break
      default:
        say(threads, CODES[step.kind], operandOf(step.cell, CELLS))
    }
  }
  // A copy that is never waited for ends when it likes: what overwrites its source after the thread is not seen.
  const copying = script.steps.flatMap((step) => (step.kind === 'copy' ? [step.thread] : []))
  say([...new Set(copying)], CODES['wait-for-copies'].none)
  return programs
}

export function keyOf({ block, number }: Location): string {
  return `${block}:${number}`
}

function operandOf({ block, number }: Location, shared: number): number {
  return block === 'global' ? shared + number : number
}

/** Barriers 1 to 15 of each block: no two rounds of one may meet, which a barrier of the whole block makes sure of. */
export class BarrierNumbers {
  readonly #used = new Map<number, number>()

  free(block: number): void {
    this.#used.delete(block)
  }

  /** Above 15 where none is left. */
  next(block: number): number {
    const number = (this.#used.get(block) ?? 0) + 1
    this.#used.set(block, number)
    return number
  }
}

/**
 * Whether every flag that is awaited was signalled before and is left alone after, and no block runs out of barriers.
 * Which of several updates comes last depends on the order of the threads: a load of the block's scope sees only its own.
 */
export function isRunnable(script: Script): boolean {
  const signals = new Map<string, 'stored' | 'added' | 'awaited'>()
  const adders = new Map<string, Set<number>>()
  const barriers = new BarrierNumbers()
  for (const step of script.steps) {
    if (step.kind === 'block-barrier') barriers.free(step.block)
    if (step.kind === 'barrier' && barriers.next(step.block) > 15) return false
    if (step.kind === 'signal') {
      const before = signals.get(keyOf(step.flag))
      const adds = step.how.startsWith('add')
      adders.set(keyOf(step.flag), (adders.get(keyOf(step.flag)) ?? new Set()).add(blockOf(step.thread, script)))
      if (before !== undefined && !(adds && before === 'added')) return false
      signals.set(keyOf(step.flag), adds ? 'added' : 'stored')
    }
    if (step.kind === 'await') {
      if (!signals.has(keyOf(step.flag))) return false
      if (step.how === 'acquire-of-block' && adders.get(keyOf(step.flag))!.size > 1) return false
      signals.set(keyOf(step.flag), 'awaited')
    }
  }
  return true
}

/** A script to be read: one line for each step. */
export function textOf(script: Script): string {
  const place = ({ block, number }: Location): string => `${block === 'global' ? 'g' : `s${block}.`}${number}`
  const lines = script.steps.map((step) => {
    if ('cell' in step) return `thread ${step.threads.join(', ')}: ${step.kind} ${place(step.cell)}`
    if ('flag' in step) return `thread ${step.thread}: ${step.kind} ${place(step.flag)} (${step.how})`
    switch (step.kind) {
      case 'block-barrier':
        return `block ${step.block}: barrier`
      case 'warp-barrier':
        return `warp ${step.warp}: barrier of ${step.lanes} lanes`
      case 'barrier':
        return `block ${step.block}: barrier, warps ${step.waiting.join(', ')} wait, ${step.arriving.join(', ')} arrive`
      case 'fence':
        return `thread ${step.thread}: fence of ${step.scope}`
      case 'copy':
        return `thread ${step.thread}: copy ${place(step.from)} to ${place(step.to)}`
      case 'commit':
        return `thread ${step.thread}: commit`
      case 'wait-for-copies':
        return `thread ${step.thread}: wait for copies but ${step.but}`
    }
  })
  return [`${script.blocks} blocks of ${script.warps} warps`, ...lines].join('\n  ')
}

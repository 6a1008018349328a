import { isClear, isRight } from './happens-before.ts'
import { CELLS, isRunnable, lanesOf, SHARED_FLAGS, SIGNALS, WAITS } from './script.ts'
import type { AccessKind, Location, Script, Step } from './script.ts'

/** Draws numbers below a limit, from a seed: mulberry32. */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }
}

// Few lanes touch memory, so that they meet.
const LANES = [0, 1, 16, 31]

/**
 * A script that ends under every order of the threads; half of them are right, and of the others the last steps are not.
 * Either the cells are accessed strongly too, or there are fences: a strong access of a cell after a fence would release
 * to whoever happens to see it, which no script can tell.
 */
export function drawScript(seed: number): Script {
  const dice = new Dice(seed)
  const shape = { blocks: dice.of([1, 2, 2, 3]), warps: 1 + dice.below(3) }
  const draw = new Draw(dice, shape.blocks, shape.warps, dice.of(['strong', 'fences'] as const))
  const start: Script = { ...shape, steps: draw.start() }
  const right = longer(start, draw, start.steps.length + 5 + dice.below(26), isRight)
  const isWrong = (script: Script): boolean => isRunnable(script) && !isRight(script) && isClear(script)
  switch (dice.below(4)) {
    case 0:
      return longer(right, draw, right.steps.length + 1, isWrong)
    case 1:
      return weakened(right, dice).find(isWrong) ?? right
    default:
      return right
  }
}

/** The script with more steps, as many as are wanted where that can be had. */
function longer(script: Script, draw: Draw, length: number, isWanted: (script: Script) => boolean): Script {
  let made = script
  for (let tries = 0; tries < 200 && made.steps.length < length; tries++) {
    const next = { ...made, steps: [...made.steps, ...draw.steps()] }
    if (isRunnable(next) && isWanted(next)) made = next
  }
  return made
}

/** Scripts of which one step is weaker or missing; steps of some kinds come first, so that each kind has its turn. */
function weakened(script: Script, dice: Dice): readonly Script[] {
  const { steps } = script
  const first = dice.of<readonly Step['kind'][]>([
    ['fence'],
    ['signal', 'await'],
    ['warp-barrier', 'barrier', 'wait-for-copies'],
  ])
  return steps
    .map((step, at) => ({ step, at, rank: dice.below(1000) + (first.includes(step.kind) ? 0 : 1000) }))
    .toSorted((a, b) => a.rank - b.rank)
    .flatMap(({ step, at }) => {
      const weaker = weaken(step, dice)
      const without = step.kind === 'signal' || step.kind === 'await' ? [] : [steps.toSpliced(at, 1)]
      return [...(weaker === undefined ? [] : [steps.with(at, weaker)]), ...without]
    })
    .map((fewer) => ({ ...script, steps: fewer }))
}

function weaken(step: Step, dice: Dice): Step | undefined {
  switch (step.kind) {
    case 'fence':
      return step.scope === 'gpu' ? { ...step, scope: 'block' } : undefined
    case 'signal':
      return { ...step, how: step.how.startsWith('add') ? 'add' : dice.of(['store', 'release-to-block'] as const) }
    case 'await':
      return { ...step, how: dice.of(['load', 'acquire-of-block'] as const) }
    case 'warp-barrier':
      return { ...step, lanes: dice.of(['lower', 'upper'] as const) }
    case 'barrier': {
      const [first, ...others] = step.waiting
      return others.length > 0 ? { ...step, waiting: others, arriving: [...step.arriving, first!] } : undefined
    }
    case 'wait-for-copies':
      return step.but === 'none' ? { ...step, but: 'last' } : undefined
    default:
      return undefined
  }
}

class Draw {
  readonly #dice: Dice
  readonly #blocks: number
  readonly #warps: number
  readonly #kind: 'strong' | 'fences'

  constructor(dice: Dice, blocks: number, warps: number, kind: 'strong' | 'fences') {
    this.#dice = dice
    this.#blocks = blocks
    this.#warps = warps
    this.#kind = kind
  }

  /** Some cells are written, so that there is something to read. */
  start(): readonly Step[] {
    if (this.#dice.below(4) === 0) return []
    const blocks = Array.from({ length: this.#blocks }, (_, block) => block)
    const cells: readonly Location[] = [...blocks, 'global' as const].flatMap((block) => [
      { block, number: 0 },
      { block, number: 1 },
    ])
    const writes = cells.map((cell): Step => {
      const block = cell.block === 'global' ? this.#dice.below(this.#blocks) : cell.block
      return { kind: 'write', threads: [this.#thread(block)], cell }
    })
    return [...writes, ...this.#gridBarrier()]
  }

  /** A few steps that belong together. */
  steps(): readonly Step[] {
    const dice = this.#dice
    const block = dice.below(this.#blocks)
    switch (dice.below(20)) {
      case 0:
        return [{ kind: 'block-barrier', block }]
      case 1:
        return [this.#barrierOfWarp(this.#warp(block))]
      case 2:
        return [this.#barrier(block)]
      case 3:
        return [this.#fence(this.#thread(block))]
      case 4:
        return this.#gridBarrier()
      case 5:
      case 6:
        return this.#copies(block)
      case 7:
      case 8:
      case 9:
      case 10:
      case 11:
      case 12:
        return this.#kind === 'fences' && dice.below(3) === 0 ? this.#handOverByFences() : this.#handOver(block)
      case 13:
      case 14:
        return this.#exchange(block, () => this.#barrier(block))
      case 15:
      case 16: {
        const warp = this.#warp(block)
        return this.#exchange(block, () => this.#barrierOfWarp(warp), warp)
      }
      default:
        return [this.#access(this.#warp(block), this.#cell(block))]
    }
  }

  #warp(block: number): number {
    return block * this.#warps + this.#dice.below(this.#warps)
  }

  #thread(block: number): number {
    return this.#warp(block) * 32 + this.#dice.of(LANES)
  }

  #cell(block: number): Location {
    return {
      block: this.#dice.below(3) === 0 ? 'global' : block,
      number: this.#dice.below(this.#dice.of([1, 2, CELLS])),
    }
  }

  #access(warp: number, cell: Location): Step {
    const kinds: readonly AccessKind[] =
      this.#kind === 'strong' ? ['read', 'write', 'strong-read', 'strong-write', 'update'] : ['read', 'write']
    const kind = this.#dice.of(kinds)
    const thread = warp * 32 + this.#dice.of(LANES)
    // Lanes of a warp often read the same word.
    const threads = kind.endsWith('read')
      ? this.#dice.of([lanesOf(warp), [warp * 32, warp * 32 + 1], [warp * 32, warp * 32 + 16], [thread]])
      : [thread]
    return { kind, threads, cell }
  }

  #barrierOfWarp(warp: number): Step {
    return { kind: 'warp-barrier', warp, lanes: this.#dice.of(['all', 'lower', 'upper'] as const) }
  }

  // Accesses of a cell with a barrier between, or none.
  #exchange(block: number, barrier: () => Step, warp?: number): readonly Step[] {
    const cell = this.#cell(block)
    const access = (): Step => this.#access(warp ?? this.#warp(block), cell)
    const before = this.#dice.below(2) === 0 ? [access()] : [access(), access()]
    return [...before, ...(this.#dice.below(4) === 0 ? [] : [barrier()]), access()]
  }

  #barrier(block: number): Step {
    const warps = Array.from({ length: this.#warps }, (_, i) => block * this.#warps + i)
    const parts = warps.map((warp) => [warp, this.#dice.of(['waits', 'arrives', 'is away'] as const)] as const)
    const doing = (what: string): readonly number[] => parts.filter(([, part]) => part === what).map(([warp]) => warp)
    const waiting = doing('waits')
    return waiting.length > 0
      ? { kind: 'barrier', block, waiting, arriving: doing('arrives') }
      : { kind: 'barrier', block, waiting: [warps[0]!], arriving: doing('arrives').filter((warp) => warp !== warps[0]) }
  }

  #fence(thread: number): Step {
    if (this.#kind === 'strong') return { kind: 'wait-for-copies', thread, but: 'none' }
    return { kind: 'fence', thread, scope: this.#dice.of(['gpu', 'gpu', 'block'] as const) }
  }

  #flag(block: number): Location {
    return this.#dice.below(3) === 0
      ? { block, number: this.#dice.below(SHARED_FLAGS) }
      : { block: 'global', number: this.#dice.below(16) }
  }

  // One thread writes and signals, another one waits and reads, and without both fences nothing would order the two.
  #handOverByFences(): readonly Step[] {
    const dice = this.#dice
    const [from, to] = [this.#thread(dice.below(this.#blocks)), this.#thread(dice.below(this.#blocks))]
    const flag: Location = { block: 'global', number: dice.below(16) }
    const cell: Location = { block: 'global', number: dice.below(CELLS) }
    return [
      { kind: 'write', threads: [from], cell },
      this.#fence(from),
      { kind: 'signal', thread: from, flag, how: dice.of(['store', 'volatile', 'add'] as const) },
      { kind: 'await', thread: to, flag, how: dice.of(['load', 'volatile'] as const) },
      this.#fence(to),
      { kind: 'read', threads: [to], cell },
    ]
  }

  // Threads touch a cell and signal, others wait for that and touch it too; here and there is a fence.
  #handOver(block: number): readonly Step[] {
    const dice = this.#dice
    const flag = this.#flag(block)
    const cell: Location =
      flag.block === 'global' && dice.below(2) === 0 ? { block: 'global', number: 0 } : this.#cell(block)
    const canTouch = (thread: number): boolean =>
      cell.block === 'global' || Math.floor(thread / 32 / this.#warps) === cell.block
    const thread = (): number => this.#thread(flag.block === 'global' ? dice.below(this.#blocks) : block)
    const maybe = (step: Step, chance: number): readonly Step[] => (dice.below(4) < chance ? [step] : [])
    const touch = (own: number): readonly Step[] => {
      const access = this.#access(Math.floor(own / 32), cell)
      return canTouch(own) && 'threads' in access ? [{ ...access, threads: [own] }] : []
    }
    const isAdded = dice.below(2) === 0
    const hows = SIGNALS.filter((how) => how.startsWith('add') === isAdded)
    const signal = (): readonly Step[] => {
      const own = thread()
      const how = dice.of(hows)
      const late = dice.below(4) === 0 ? touch(own) : []
      return [...touch(own), ...maybe(this.#fence(own), 3), ...late, { kind: 'signal', thread: own, flag, how }]
    }
    const wait = (): readonly Step[] => {
      const own = thread()
      return [{ kind: 'await', thread: own, flag, how: dice.of(WAITS) }, ...maybe(this.#fence(own), 3), ...touch(own)]
    }
    const signals = Array.from({ length: isAdded ? 1 + dice.below(3) : 1 }, signal)
    return [...signals.flat(), ...Array.from({ length: 1 + dice.below(2) }, wait).flat()]
  }

  // As in persistent.cu.
  #gridBarrier(): readonly Step[] {
    const blocks = Array.from({ length: this.#blocks }, (_, block) => block)
    const flag: Location = { block: 'global', number: this.#dice.below(16) }
    const barriers = blocks.map((block): Step => ({ kind: 'block-barrier', block }))
    const leader = (block: number): number => block * this.#warps * 32
    return [
      ...barriers,
      ...blocks.map((block): Step => ({ kind: 'signal', thread: leader(block), flag, how: 'add-release' })),
      ...blocks.map((block): Step => ({ kind: 'await', thread: leader(block), flag, how: 'acquire' })),
      ...barriers,
    ]
  }

  #copies(block: number): readonly Step[] {
    const dice = this.#dice
    const thread = this.#thread(block)
    const from: Location = { block: 'global', number: dice.below(2) }
    const to: Location = { block, number: dice.below(2) }
    const steps: readonly Step[] = [
      { kind: 'copy', thread, from, to },
      { kind: 'commit', thread },
      { kind: 'wait-for-copies', thread, but: 'last' },
      { kind: 'wait-for-copies', thread, but: 'none' },
    ]
    return steps
      .slice(0, 1 + dice.below(4))
      .flatMap((step) => [step, ...(dice.below(3) === 0 ? [this.#access(this.#warp(block), dice.of([from, to]))] : [])])
  }
}

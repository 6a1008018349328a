import { blockOf, keyOf, lanesOf, participants, threadsOf } from './script.ts'
import type { AccessKind, Location, Scope, Script } from './script.ts'

// What orders the accesses of a script, straight from the PTX memory model (PTX ISA, memory consistency model: release
// and acquire patterns, base causality order, barriers): each thread carries the set of all accesses that come before
// what it does next. The steps of a script are in an order in which they can happen, so one walk over them will do.

/** An access of one thread; a copy begins as one of these, and is known of once it was waited for. */
export interface Access {
  readonly thread: number
  readonly cell: Location
  readonly kind: AccessKind | 'copied-from' | 'copied-to'
}

/** Two accesses that conflict and that nothing orders, and reads that no write comes before. */
export interface Findings {
  readonly races: readonly (readonly [Access, Access])[]
  readonly unwritten: readonly Access[]
  /** Strong reads that no write comes before, though a strong one may happen to: no order of the threads tells for all. */
  readonly unclear: readonly Access[]
}

/** What a release pattern hands on, and how far its first operation reaches. */
interface Released extends Reach {
  readonly known: ReadonlySet<Access>
}

/** Who wrote a flag, how far that reached, and what it releases. */
interface Written extends Reach {
  readonly released: readonly Released[]
}

interface Knowledge {
  readonly known: Set<Access>
  /** Where the last fence of each scope stood. */
  readonly fences: Map<Scope, Released>
  /** Seen by loads, for the next fence to acquire. */
  readonly seen: Released[]
  readonly copies: { readonly accesses: readonly Access[]; readonly group: number }[]
  group: number
}

export function findings(script: Script): Findings {
  const threads = Array.from({ length: threadsOf(script) }, (): Knowledge => ({
    known: new Set(),
    fences: new Map(),
    seen: [],
    copies: [],
    group: 0,
  }))
  const flags = new Map<string, Written>()
  const all: { readonly access: Access; readonly before: ReadonlySet<Access> }[] = []
  const begin = (access: Access): void => {
    all.push({ access, before: new Set(threads[access.thread]!.known) })
  }
  const acquire = (thread: number, scope: Scope, released: readonly Released[]): void => {
    for (const from of released)
      if (reach({ scope, block: blockOf(thread, script) }, from))
        for (const access of from.known) threads[thread]!.known.add(access)
  }
  const meet = (arriving: readonly number[], waiting: readonly number[]): void => {
    const together = new Set([...arriving, ...waiting].flatMap((thread) => [...threads[thread]!.known]))
    for (const thread of waiting) for (const access of together) threads[thread]!.known.add(access)
  }
  for (const step of script.steps) {
    if ('threads' in step)
      for (const thread of step.threads) {
        const access = { thread, cell: step.cell, kind: step.kind }
        begin(access)
        threads[thread]!.known.add(access)
      }
    if (step.kind === 'block-barrier' || step.kind === 'warp-barrier') meet([], participants(step, script))
    if (step.kind === 'barrier') {
      const lanes = (warps: readonly number[]): readonly number[] => warps.flatMap((warp) => lanesOf(warp))
      meet(lanes(step.arriving), lanes(step.waiting))
    }
    if (!('thread' in step)) continue
    const own = threads[step.thread]!
    const block = blockOf(step.thread, script)
    if (step.kind === 'fence') {
      acquire(step.thread, step.scope, own.seen)
      own.fences.set(step.scope, { known: new Set(own.known), scope: step.scope, block })
    }
    if (step.kind === 'signal') {
      const scope = step.how === 'release-to-block' ? 'block' : 'gpu'
      const released = [...own.fences.values()]
      if (step.how.includes('release')) released.push({ known: new Set(own.known), scope, block })
      // An update hands on what was released before it.
      const before = step.how.startsWith('add') ? (flags.get(keyOf(step.flag))?.released ?? []) : []
      flags.set(keyOf(step.flag), { scope, block, released: [...before, ...released] })
    }
    if (step.kind === 'await') {
      const written = flags.get(keyOf(step.flag))!
      const scope = step.how === 'acquire-of-block' ? 'block' : 'gpu'
      if (!reach({ scope, block }, written)) continue
      if (step.how.startsWith('acquire')) acquire(step.thread, scope, written.released)
      own.seen.push(...written.released)
    }
    if (step.kind === 'copy') {
      const accesses = [
        { thread: step.thread, cell: step.from, kind: 'copied-from' },
        { thread: step.thread, cell: step.to, kind: 'copied-to' },
      ] as const
      accesses.forEach(begin)
      own.copies.push({ accesses, group: own.group })
    }
    if (step.kind === 'commit') own.group++
    if (step.kind === 'wait-for-copies')
      for (const { accesses, group } of own.copies)
        if (step.but === 'none' || group < own.group - 1) for (const access of accesses) own.known.add(access)
  }
  const races = all.flatMap(({ access, before }, i) =>
    all
      .slice(0, i)
      .filter(({ access: earlier }) => conflict(earlier, access) && !before.has(earlier))
      .map(({ access: earlier }) => [earlier, access] as const),
  )
  const unwritten = all
    .filter(({ access, before }) => reads(access) && ![...before].some((w) => writes(w) && isSameCell(w, access)))
    .map(({ access }) => access)
  const mayComeBefore = (read: Access): boolean =>
    all.some(
      ({ access, before }) => access !== read && isStrongWrite(access) && isSameCell(access, read) && !before.has(read),
    )
  const unclear = unwritten.filter((read) => isStrong(read) && mayComeBefore(read))
  return { races, unwritten, unclear }
}

/** Whether nothing is to be found, or there is and it is found under every order of the threads. */
export function isClear(script: Script): boolean {
  return findings(script).unclear.length === 0
}

interface Reach {
  readonly scope: Scope
  readonly block: number
}

/** Whether the scope of each includes the other: only then are they morally strong. */
function reach(a: Reach, b: Reach): boolean {
  return a.block === b.block || (a.scope === 'gpu' && b.scope === 'gpu')
}

export function isRight(script: Script): boolean {
  const { races, unwritten } = findings(script)
  return races.length === 0 && unwritten.length === 0
}

export const reads = ({ kind }: Access): boolean => !['write', 'strong-write', 'copied-to'].includes(kind)
export const writes = ({ kind }: Access): boolean => !['read', 'strong-read', 'copied-from'].includes(kind)
const isStrong = ({ kind }: Access): boolean => ['strong-read', 'strong-write', 'update'].includes(kind)
const isStrongWrite = (access: Access): boolean => isStrong(access) && writes(access)
const isSameCell = (a: Access, b: Access): boolean => keyOf(a.cell) === keyOf(b.cell)

function conflict(a: Access, b: Access): boolean {
  return isSameCell(a, b) && (writes(a) || writes(b)) && !(isStrong(a) && isStrong(b))
}

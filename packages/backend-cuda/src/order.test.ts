import { describe, expect, test } from 'vitest'
import { drawScript } from '../test-kernels/draw-script.ts'
import { build, missing } from '../test-kernels/harness.ts'
import { findings, isClear, isRight, reads } from '../test-kernels/happens-before.ts'
import type { Access, Findings } from '../test-kernels/happens-before.ts'
import { blockOf, isRunnable, workOfScript, SHARED_FLAGS, textOf } from '../test-kernels/script.ts'
import type { Location, Script } from '../test-kernels/script.ts'
import { runWork } from './index.ts'
import type { CpuModule } from './index.ts'

// What the runtime says of random scripts, against an oracle that knows nothing of it. SCRIPTS=3000 tries more,
// SCRIPTS_SEED=N others.
const COUNT = Number(process.env['SCRIPTS'] ?? 300)
const SEED = Number(process.env['SCRIPTS_SEED'] ?? 1)
const ORDERS = [0, 1, 2]

/** What is wrong with the runtime's answer, undefined where nothing is. */
async function mistake(module: CpuModule, script: Script, seed: number): Promise<string | undefined> {
  const { work, words } = workOfScript(script)
  const ran = await runWork(module, work, { script: words }, { seed, watched: true, timeoutMs: 20_000 })
  const wanted = findings(script)
  const nothing = wanted.races.length === 0 && wanted.unwritten.length === 0
  if (ran.status === 'ran') return nothing ? undefined : `found nothing, but there is ${describeOne(wanted)}`
  if (nothing) return `nothing is wrong, but it said ${ran.reason}: ${ran.message}`
  return isOneOf(wanted, ran.reason, ran.message, script) ? undefined : `said ${ran.reason}: ${ran.message}`
}

const accessText = ({ thread, kind, cell }: Access): string =>
  `thread ${thread} ${kind} ${cell.block === 'global' ? 'g' : `s${cell.block}.`}${cell.number}`

function describeOne({ races, unwritten }: Findings): string {
  const race = races[0]
  return race === undefined
    ? `an unwritten cell: ${accessText(unwritten[0]!)}`
    : `a race: ${race.map(accessText).join(' and ')}`
}

/** Whether the message names threads and a cell for which the oracle has the same. */
function isOneOf({ races, unwritten }: Findings, reason: string, message: string, script: Script): boolean {
  const [other, own] = threadsIn(message, script)
  const isAt = (access: Access, thread: number | undefined): boolean =>
    access.thread === thread && isNamed(access.cell, message, blockOf(access.thread, script))
  if (reason === 'uninitialised') return unwritten.some((access) => isAt(access, other))
  const isCopy = reason === 'copy-not-awaited'
  if (!isCopy && reason !== 'race') return false
  return races.some(([a, b]) =>
    [
      [a, b],
      [b, a],
    ].some(
      ([x, y]) =>
        isAt(x!, other) &&
        isAt(y!, own) &&
        (!isCopy || x!.kind === 'copied-to') &&
        (isCopy || message.includes(' wrote at ') || reads(x!)),
    ),
  )
}

function threadsIn(message: string, { warps }: Script): readonly number[] {
  return [...message.matchAll(/thread \((\d+),0,0\) of block \((\d+),0,0\)/g)].map(
    ([, thread, block]) => Number(block) * warps * 32 + Number(thread),
  )
}

// `bytes 4 to 7 of cells`, `bytes 16 to 19 of shared memory`
function isNamed({ block, number }: Location, message: string, own: number): boolean {
  const [, from, buffer] = /bytes (\d+) to \d+ of (cells|shared memory)/.exec(message) ?? []
  const at = Math.floor(Number(from) / 4)
  return buffer === 'cells'
    ? block === 'global' && number === at
    : block === own && (number === at || number + SHARED_FLAGS === at)
}

/** The script without steps and threads that the mistake does not need. */
async function shrink(script: Script, isWrong: (smaller: Script) => Promise<boolean>): Promise<Script> {
  for (const smaller of smallerScripts(script))
    if (isRunnable(smaller) && isClear(smaller) && (await isWrong(smaller))) return shrink(smaller, isWrong)
  return script
}

function smallerScripts(script: Script): readonly Script[] {
  const { steps } = script
  return [
    ...steps.map((_, i) => ({ ...script, steps: steps.toSpliced(i, 1) })),
    ...steps.flatMap((step, i) =>
      'threads' in step && step.threads.length > 1
        ? [step.threads.slice(0, step.threads.length / 2), step.threads.slice(step.threads.length / 2)].map(
            (threads) => ({ ...script, steps: steps.with(i, { ...step, threads }) }),
          )
        : [],
    ),
  ]
}

async function check(module: CpuModule, script: Script): Promise<string | undefined> {
  for (const seed of ORDERS) {
    const wrong = await mistake(module, script, seed)
    if (wrong !== undefined) return `order ${seed}: ${wrong}`
  }
  return undefined
}

test('of the scripts about half are right', () => {
  const scripts = Array.from({ length: 100 }, (_, seed) => drawScript(seed))
  expect(scripts.every(isRunnable)).toBe(true)
  const right = scripts.filter(isRight).length
  expect(right).toBeGreaterThan(35)
  expect(right).toBeLessThan(65)
})

describe.runIf(missing === undefined)('accesses of random scripts', { timeout: 60_000 + COUNT * 1000 }, () => {
  test(`${COUNT} scripts from seed ${SEED}: what nothing orders is found, and nothing else`, async () => {
    const module = await build({ file: 'script.cu' })
    if (module.status !== 'built') throw new Error(module.message)
    let next = SEED
    const work = async (): Promise<string | undefined> => {
      for (let seed = next++; seed < SEED + COUNT; seed = next++) {
        const script = drawScript(seed)
        if ((await check(module, script)) === undefined) continue
        next = Infinity
        const small = await shrink(script, async (smaller) => (await check(module, smaller)) !== undefined)
        return `script ${seed}: ${await check(module, small)}\n${textOf(small)}`
      }
      return undefined
    }
    const failed = (await Promise.all([work(), work()])).find((text) => text !== undefined)
    expect(failed).toBeUndefined()
  })
})

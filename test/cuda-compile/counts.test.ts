import { compile, countsOf, loopsAt, timeLoopLine, type KernelCounts, type LoopCounts } from '@tilewright/backend-cuda'
import { device, type CudaDevice } from '@tilewright/devices'
import { derive, problemText, type Configuration, type Problem } from '@tilewright/kernels'
import { expect, test } from 'vitest'
import { configurations, kernelId, oddCases, problemOf, rendered, SEED, type Case } from '../support/kernels.ts'
import { configurationsOf } from '../support/scan.ts'
import { toolchain } from '../support/toolchain.ts'

const h100 = device('h100-sxm') as CudaDevice

/** What nvcc made of the kernel, and the loops that it made of the one over time. */
async function counted(
  problem: Case,
  config: Configuration,
): Promise<KernelCounts & { readonly timeLoops: readonly LoopCounts[]; readonly ptx: string }> {
  const { source, entryPoint } = rendered(problem, h100, config)
  const compiled = await compile(source, { toolchain: await toolchain(), architecture: 'sm_90', name: entryPoint })
  if (compiled.status !== 'compiled') throw new Error(compiled.message)
  const counts = countsOf(compiled.ptx)[entryPoint]!
  const line = timeLoopLine(source, entryPoint)
  return { ...counts, timeLoops: line === undefined ? [] : loopsAt(counts, line), ptx: compiled.ptx }
}

/** Where each loop reads what it reads past the coherent caches: registers and offsets, as they stand in its PTX. */
function addressesOfLoops(ptx: string): readonly (readonly string[])[] {
  const loops = [...ptx.matchAll(/^(\$\w+):[^]*?\bbra(?:\.uni)?\s+\1;/gm)].map(([text]) => text)
  return loops.map((loop) => [...loop.matchAll(/\bld\.global\.nc\S*[^[;]*\[([^\]]+)\]/g)].map((match) => match[1]!))
}

/** How often instructions stand in a stretch of code, by bytes. */
function byBytes({ counts }: LoopCounts, kind: string, name: string): Readonly<Record<number, number>> {
  return Object.fromEntries(
    counts.flatMap((entry) =>
      'bytes' in entry && entry.kind === kind && entry.name === name ? [[entry.bytes!, entry.count]] : [],
    ),
  )
}

function countOf({ counts }: LoopCounts, kind: string): number {
  return counts.filter((entry) => entry.kind === kind).reduce((sum, { count }) => sum + count, 0)
}

const FUSED: readonly Problem[] = [
  { cell: 'lstm', dtype: 'bf16', batch: 16, time: 1024, heads: 1, headDim: 256 },
  { cell: 'gru', dtype: 'bf16', batch: 40, time: 1024, heads: 2, headDim: 192 },
  { cell: 'slstm', dtype: 'bf16', batch: 16, time: 1024, heads: 4, headDim: 64 },
  { cell: 'lstm', dtype: 'f32', batch: 16, time: 1024, heads: 1, headDim: 64 },
]

test.each(FUSED)(
  '$cell $dtype, head dim $headDim: a step of the fused kernel is what the rules say',
  async (problem) => {
    const id = kernelId(problem, 'cuda')
    let multiplied = 0
    for (const config of configurations(problem, h100, 3)) {
      const lets = derive(id, problem, config, [
        ...['WARP_ROW_TILES', 'WARP_K_TILES', 'SHARED_K_TILES', 'THREAD_ELEMENTS', 'OUT_BLOCKS'],
        ...['WX_GATES', 'STATES', 'ELEMENT_BYTES'],
      ])
      const what = `${problemText(problem)} ${JSON.stringify(config)} seed ${SEED}`
      const { timeLoops } = await counted(problem, config)
      expect(timeLoops, what).toHaveLength(1)
      const [step] = timeLoops as readonly [LoopCounts]
      const exchanges = lets['OUT_BLOCKS']! > 1 ? 1 : 0
      const elements = lets['THREAD_ELEMENTS']!
      const bytes = lets['ELEMENT_BYTES']!
      expect(byBytes(step, 'load', 'ld.global.nc'), what).toEqual({ [bytes]: elements * lets['WX_GATES']! })
      // The states, and h for the other blocks.
      expect(byBytes(step, 'store', 'st.global'), what).toEqual({ [bytes]: elements * (lets['STATES']! + exchanges) })
      expect(countOf(step, 'barrier'), what).toBe(2 + exchanges)
      expect(countOf(step, 'atomic'), what).toBe(exchanges)
      // Tiles in shared memory are multiplied in a loop of their own.
      if (lets['SHARED_K_TILES'] !== 0 || problem.dtype === 'f32') continue
      expect(step.counts[0], what).toMatchObject({
        kind: 'matrix',
        shape: 'm16n8k16',
        types: 'f32.bf16.bf16.f32',
        count: lets['WARP_ROW_TILES']! * lets['WARP_K_TILES']! * config['BATCH_TILES']!,
        conditional: 0,
      })
      multiplied++
    }
    expect(multiplied > 0 || problem.dtype === 'f32').toBe(true)
  },
)

// What a step moves at least: its inputs and what it gives; backward also h and the gradient from outside.
const SCANS: readonly Case[] = [
  { cell: 'mingru', dtype: 'bf16', batch: 16, time: 1024, heads: 1, headDim: 256 },
  { cell: 'minlstm', dtype: 'f32', batch: 16, time: 1024, heads: 1, headDim: 768 },
  { cell: 'linear', dtype: 'bf16', batch: 4, time: 4096, heads: 1, headDim: 64, layout: 'bdt' },
  { cell: 'qrnn', dtype: 'f32', batch: 8, time: 512, heads: 1, headDim: 128, layout: 'tbd' },
  { cell: 'mingru', dtype: 'bf16', batch: 8, time: 512, heads: 1, headDim: 128, packed: ['hidden', 'gate'] },
  { cell: 'mingru', pass: 'backward', dtype: 'bf16', batch: 16, time: 1024, heads: 1, headDim: 256 },
  { cell: 'minlstm', pass: 'backward', dtype: 'f32', batch: 16, time: 1024, heads: 1, headDim: 768 },
  { cell: 'sru', pass: 'backward', dtype: 'bf16', batch: 8, time: 512, heads: 1, headDim: 128 },
]

/** Instructions of a tile: bytes of each access over time, how many are read and written, and of states besides. */
function movedBy(each: Case, config: Configuration) {
  const names = ['INPUTS', 'OUTPUTS', 'ELEMENT_BYTES', 'WIDTH', 'ITEMS', 'VECTOR']
  const lets = derive(kernelId(each, 'cuda'), problemOf(each), config, names) as Record<string, number>
  const { INPUTS, OUTPUTS, ELEMENT_BYTES, WIDTH, ITEMS, VECTOR } = lets as Record<string, number>
  const isBackward = each.pass === 'backward'
  const accesses = (ITEMS! * WIDTH!) / VECTOR!
  return {
    bytes: VECTOR! * ELEMENT_BYTES!,
    read: accesses * (isBackward ? INPUTS! + 2 : INPUTS!),
    written: accesses * (isBackward ? INPUTS! : OUTPUTS!),
    // The first step in time takes h0, which is read in no other.
    initial: isBackward ? WIDTH! : 0,
    start: WIDTH!,
  }
}

/** So many accesses of so many bytes, and so many of float32 states. */
function accesses(bytes: number, count: number, states: number): Readonly<Record<number, number>> {
  const both = new Map([[bytes, count]])
  if (states > 0) both.set(4, (both.get(4) ?? 0) + states)
  return Object.fromEntries(both)
}

test.each(SCANS)('$cell $pass $dtype $layout: a chunk moves each element once, in whole vectors', async (each) => {
  for (const algorithm of ['serial', 'block', 'parts'] as const)
    for (const config of configurationsOf(each, h100, algorithm, { count: 2, rule: 'ITEMS >= VECTOR' })) {
      const moved = movedBy(each, config)
      const what = `${problemText(problemOf(each))} ${JSON.stringify(config)} seed ${SEED}`
      const { ptx, timeLoops } = await counted(each, config)
      expect(timeLoops.length, what).toBeGreaterThan(0)
      for (const chunk of timeLoops) {
        // A series reads the state before its first vector alone.
        const before = each.layout === 'bdt' && each.pass === 'backward' ? 1 : 0
        const stores = byBytes(chunk, 'store', 'st.global.wb')
        // Of chunks of one step, and where the next one is read ahead, several are in one turn of the loop; each reads
        // elements of its own.
        const several = config['ITEMS'] === 1 || config['PREFETCH'] === 1
        const turns = several ? (stores[moved.bytes] ?? 0) / moved.written : 1
        expect([1, 2, 4], what).toContain(turns)
        // But for the state that one of them starts from, where the first step in time is its own.
        const shared = (turns - 1) * moved.initial
        for (const addresses of turns > 1 ? addressesOfLoops(ptx) : [])
          expect(new Set(addresses).size, what).toBeGreaterThanOrEqual(addresses.length - shared)
        expect(byBytes(chunk, 'load', 'ld.global.nc'), what).toEqual(
          accesses(moved.bytes, turns * (moved.read + before), turns * moved.initial),
        )
        expect(stores, what).toEqual({ [moved.bytes]: turns * moved.written })
        expect(countOf(chunk, 'barrier'), what).toBe(config['TIME_LANES']! > 1 ? turns : 0)
      }
    }
})

test.each(SCANS)('$cell $pass $dtype $layout: look-back moves each element once, too', async (each) => {
  for (const config of configurationsOf(each, h100, 'look-back', { count: 2, rule: 'ITEMS >= VECTOR' })) {
    const moved = movedBy(each, config)
    const what = `${problemText(problemOf(each))} ${JSON.stringify(config)} seed ${SEED}`
    const { outside } = await counted(each, config)
    const tile = { ...outside, loops: [] } as unknown as LoopCounts
    // Every load of steps stands there twice, for a whole tile and for one that is not, and a block takes one of them.
    expect(byBytes(tile, 'load', 'ld.global.nc'), what).toEqual(
      accesses(moved.bytes, 2 * moved.read, 2 * moved.initial + moved.start),
    )
    expect(byBytes(tile, 'store', 'st.global.wb'), what).toEqual({ [moved.bytes]: moved.written })
  }
})

test.each([...oddCases('f32'), ...oddCases('bf16')])(
  '$cell $pass $dtype, head dim $headDim: the loop over time is found',
  async (problem) => {
    const walks = configurations(problem, h100, 0).filter(({ LOOK_BACK }) => !LOOK_BACK)
    for (const config of walks) expect((await counted(problem, config)).timeLoops.length).toBeGreaterThan(0)
    expect(walks.length).toBeGreaterThan(0)
  },
)

import { webgpuBackend } from '@tilewright/backend-webgpu'
import { nodeGpu } from '@tilewright/backend-webgpu/node'
import { generate, type Kernel } from '@tilewright/codegen'
import { derive, relativeError, sampleInputs, type Configuration, type Tensors } from '@tilewright/kernels'
import type { Backend, Loaded } from '@tilewright/tuner'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { emulated, type Subgroups } from '../support/emulated-subgroups.ts'
import { kernelId, problemOf, SEED, type Case } from '../support/kernels.ts'

let backend: Backend

beforeAll(async () => {
  backend = await webgpuBackend(await nodeGpu(), { name: 'webgpu:0' })
})

afterAll(() => backend.close())

const SIZES = [4, 8, 16, 32, 64, 128]

/** Ways for threads to be in subgroups, and how many neighbours are sure to be in one, in order. */
const WAYS: Readonly<Record<string, (size: number, threads: number) => Subgroups & { readonly run: number }>> = {
  'in order': (size, threads) => placed(size, threads, (i) => i, size),
  'half full': (size, threads) => placed(size, threads, (i) => spread(i, size), size / 2),
  'half of them half full': (size, threads) =>
    placed(
      size,
      threads,
      (i) => (i < threads / 2 ? i : round(threads / 2, size) + spread(i - threads / 2, size)),
      Math.min(size, threads) / 2,
    ),
  'lanes backwards': (size, threads) => placed(size, threads, (i) => i ^ (size - 1), 1),
  'lanes from the middle on': (size, threads) => placed(size, threads, (i) => spread(i, size) + size / 2, 1),
  'the first half full': (size, threads) => placed(size, threads, (i) => (i < size / 2 ? i : i + size / 2), size / 2),
  'three in the first': (size, threads) => placed(size, threads, (i) => (i < 3 ? i : i - 3 + size), 1),
  // Lanes 0, 1, 4, 5 and so on, so that a gap is where the threads of the other subgroup would be.
  'pairs in turn': (size, threads) =>
    placed(size, threads, (i) => i + Math.floor(i / size) * size + (i % 4 < 2 ? 0 : size - 2), size === 4 ? 2 : 1),
  'neighbours swapped': (size, threads) => placed(size, threads, (i) => i ^ 1, 1),
}

function placed(size: number, threads: number, slotOf: (thread: number) => number, run: number) {
  return { size, slots: Array.from({ length: threads }, (_, thread) => slotOf(thread)), run: Math.min(run, threads) }
}

const spread = (index: number, size: number): number => Math.floor(index / (size / 2)) * size + (index % (size / 2))
const round = (index: number, size: number): number => Math.ceil(index / size) * size

const base = { dtype: 'f32', batch: 2, time: 300, heads: 1, headDim: 6 } as const
const tile = { ITEMS: 2, VECTOR: 1, PARTS: 1 }
const KERNELS: readonly (readonly [string, Case, Configuration])[] = [
  ['rows', { ...base, cell: 'mingru' }, { ...tile, CHANNEL_LANES: 4, TIME_LANES: 16 }],
  ['wide rows', { ...base, cell: 'mingru', headDim: 60 }, { ...tile, VECTOR: 2, CHANNEL_LANES: 8, TIME_LANES: 32 }],
  ['a series', { ...base, cell: 'mingru', layout: 'bdt' }, { ...tile, VECTOR: 2, CHANNEL_LANES: 2, TIME_LANES: 32 }],
  ['parts', { ...base, cell: 'minlstm', resets: true }, { ...tile, CHANNEL_LANES: 8, TIME_LANES: 4, PARTS: 4 }],
  ['weights', { ...base, cell: 'rg-lru', pass: 'backward' }, { ...tile, CHANNEL_LANES: 8, TIME_LANES: 8 }],
  [
    'parts of a series',
    { ...base, cell: 'mingru', pass: 'backward', layout: 'bdt' },
    { ...tile, CHANNEL_LANES: 4, TIME_LANES: 8, PARTS: 4 },
  ],
]

test.each(KERNELS)(
  '%s: subgroups of 4 to 128 lanes, whichever threads they hold, give what workgroup memory gives',
  async (_, each, tiles) => {
    const problem = problemOf(each)
    const id = kernelId(each, 'wgsl')
    const inputs = sampleInputs(problem, id.pass, SEED)
    const withMemory = generate({ ...id, problem, config: { ...tiles, SUBGROUPS: 0 } })
    const plain = await outputsOf(await loadedOf(withMemory), withMemory, inputs)
    const config = { ...tiles, SUBGROUPS: 1 }
    const { THREADS, LANE_STRIDE } = derive(id, problem, config, ['THREADS', 'LANE_STRIDE'])
    const { kernel, inputsOf } = emulated(generate({ ...id, problem, config }))
    const loaded = await loadedOf(kernel)
    const ended = id.pass === 'forward' ? 'lastState' : 'dh0'
    for (const size of SIZES)
      for (const [way, subgroupsOf] of Object.entries(WAYS)) {
        const subgroups = subgroupsOf(size, THREADS!)
        const outputs = await outputsOf(loaded, kernel, { ...inputs, ...inputsOf(subgroups) })
        const segment = Math.min(tiles['TIME_LANES']!, Math.max(1, Math.floor(subgroups.run / LANE_STRIDE!)))
        expect([...new Set(outputs[ended])], `${size} lanes, ${way}`).toEqual([segment])
        for (const [name, values] of Object.entries(outputs))
          if (name !== ended)
            expect(relativeError(values, plain[name]!).value, `${size} lanes, ${way}: ${name}`).toBeLessThan(1e-6)
      }
  },
)

async function loadedOf(kernel: Kernel): Promise<Loaded> {
  const loaded = await backend.load(kernel)
  if (loaded.status !== 'loaded') throw new Error(loaded.message)
  return loaded
}

async function outputsOf(loaded: Loaded, { plan }: Kernel, inputs: Tensors): Promise<Tensors> {
  const ran = await loaded.run(plan, inputs)
  if (ran.status !== 'ran') throw new Error(ran.message)
  return ran.outputs
}

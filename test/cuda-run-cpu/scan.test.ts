import { cudaCpuBackend } from '@tilewright/backend-cuda'
import {
  planOf,
  problemText,
  reference,
  relativeError,
  sampleInputs,
  type Configuration,
  type Pass,
  type Problem,
  type Tensors,
} from '@tilewright/kernels'
import { verify, type Backend, type Loaded } from '@tilewright/tuner'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kernelId, problemOf, rendered, SEED, type Case } from '../support/kernels.ts'
import { expectRaggedCheckpoints } from '../support/ragged.ts'
import { expectResetSeparates } from '../support/reset.ts'
import { ALGORITHMS, configurationsOf, FLAGS, type Algorithm } from '../support/scan.ts'
import { toolchain } from '../support/toolchain.ts'

const PASSES = ['forward', 'backward'] as const

let backend: Backend
beforeAll(async () => {
  backend = cudaCpuBackend({ toolchain: await toolchain() })
})
afterAll(() => backend.close())

/** One configuration of the algorithm, with small chunks, so that short sequences are many of them. */
function smallTile(each: Case, algorithm: Algorithm): Configuration {
  return configurationsOf(each, backend.device, algorithm, { count: 1, rule: 'CHUNK <= 64' })[0]!
}

async function load(each: Case, config: Configuration): Promise<Loaded> {
  const loaded = await backend.load(rendered(each, backend.device, config))
  if (loaded.status !== 'loaded') throw new Error(loaded.message)
  return loaded
}

async function run(loaded: Loaded, each: Case, config: Configuration, inputs: Tensors): Promise<Tensors> {
  const ran = await loaded.run(planOf(kernelId(each, 'cuda'), problemOf(each), config), inputs)
  if (ran.status !== 'ran') throw new Error(`${problemText(problemOf(each))} ${JSON.stringify(config)}: ${ran.message}`)
  return ran.outputs
}

/** The largest relative error of any output against the float64 reference. */
function errorOf(each: Case, pass: Pass, inputs: Tensors, outputs: Tensors): number {
  const exact = reference(problemOf(each), pass, inputs)
  return Math.max(...Object.keys(exact).map((name) => relativeError(outputs[name]!, exact[name]!).value))
}

describe.each(PASSES)('%s', (pass) => {
  // 20 channels: vectors of 1, 2 and 4, and lanes without a channel.
  test.each(FLAGS)('%o: every algorithm agrees with the float64 reference', async (flags) => {
    for (const [index, algorithm] of ALGORITHMS.entries()) {
      if (algorithm === 'look-back' && flags.cuSeqlens) continue
      const dtype = index % 2 === 0 ? 'f32' : 'bf16'
      const time = flags.layout === 'bdt' ? 300 : 301
      const each: Case = { cell: 'mingru', pass, dtype, batch: 3, time, heads: 1, headDim: 20, ...flags }
      const problem = problemOf(each)
      const config = smallTile(each, algorithm)
      const inputs = sampleInputs(problem, pass, SEED)
      const { status, message } = await verify({ id: kernelId(each, 'cuda'), problem, backend, config, inputs })
      expect(status, `${problemText(problem)} ${JSON.stringify(config)} seed ${SEED}: ${message}`).toBe('correct')
    }
  })

  test.each(ALGORITHMS)('%s: a reset separates what overflows from what follows', (algorithm) =>
    expectResetSeparates(backend, algorithm, { pass, rule: 'CHUNK <= 32' }),
  )

  test.each([1, 5, 64, 100])('%i channels, from one step to thousands: errors below 5e-6', async (headDim) => {
    for (const algorithm of ALGORITHMS) {
      // The longest sequence chooses the tile, which then runs them all: tiles and parts without a step are among them.
      const longest: Case = {
        cell: 'minlstm',
        pass,
        dtype: 'f32',
        batch: 3,
        time: 4096,
        heads: 1,
        headDim,
        resets: true,
      }
      const config = smallTile(longest, algorithm)
      const loaded = await load(longest, config)
      for (const time of [1, 2, 31, 1000, 4096])
        for (const batch of time * headDim > 2 ** 16 ? [1] : [1, 3]) {
          const each = { ...longest, time, batch }
          const inputs = withMarks(sampleInputs(problemOf(each), pass, SEED), each)
          const error = errorOf(each, pass, inputs, await run(loaded, each, config, inputs))
          expect(error, `${problemText(problemOf(each))} ${JSON.stringify(config)} seed ${SEED}`).toBeLessThan(5e-6)
        }
    }
  })

  test.each(ALGORITHMS)('%s: 65,536 steps, and gates that are open or shut: errors below 5e-6', async (algorithm) => {
    const each: Case = {
      cell: 'mingru',
      pass,
      dtype: 'f32',
      batch: 1,
      time: 65536,
      heads: 1,
      headDim: 2,
    }
    const config = configurationsOf(each, backend.device, algorithm, { count: 1 })[0]!
    const loaded = await load(each, config)
    const sampled = sampleInputs(problemOf(each), pass, SEED)
    const shut = { ...sampled, gate: sampled['gate']!.map((x) => (x > 0 ? 40 : -40)) }
    for (const inputs of pass === 'forward' ? [sampled, shut] : [sampled])
      expect(errorOf(each, pass, inputs, await run(loaded, each, config, inputs)), algorithm).toBeLessThan(5e-6)
  })
})

/** Resets at the first and the last step besides the random ones. */
function withMarks(inputs: Tensors, { batch, time }: Problem): Tensors {
  const resets = inputs['resets']!.slice()
  for (let sequence = 0; sequence < batch; sequence++) resets[sequence * time] = resets[(sequence + 1) * time - 1] = 1
  return { ...inputs, resets }
}

test.each(ALGORITHMS.filter((algorithm) => algorithm !== 'look-back'))(
  '%s: checkpoints of sequences of their own lengths are those of each sequence alone',
  async (algorithm) => {
    for (const checkpoint of [2, 8])
      await expectRaggedCheckpoints(backend, algorithm, { checkpoint, rule: 'CHUNK <= 32' })
  },
)

test('all algorithms give the same numbers to 1e-6, and each the same bits however its blocks are scheduled', async () => {
  const each: Case = { cell: 'mingru', dtype: 'f32', batch: 2, time: 400, heads: 1, headDim: 17 }
  const inputs = sampleInputs(problemOf(each), 'forward', SEED)
  let first: Tensors | undefined
  for (const algorithm of ALGORITHMS) {
    const config = smallTile(each, algorithm)
    const runs: Tensors[] = []
    for (const seed of [1, 2, 3, 4]) {
      const seeded = cudaCpuBackend({ toolchain: await toolchain(), seed })
      const loaded = await seeded.load(rendered(each, seeded.device, config))
      if (loaded.status !== 'loaded') throw new Error(loaded.message)
      runs.push(await run(loaded, each, config, inputs))
      await seeded.close()
    }
    for (const again of runs) expect(again, algorithm).toEqual(runs[0])
    first ??= runs[0]!
    for (const name of ['h', 'lastState'])
      expect(relativeError(runs[0]![name]!, first[name]!).value, `${algorithm} ${name}`).toBeLessThan(1e-6)
  }
})

test.each(ALGORITHMS)(
  '%s: a sequence in two launches, the state carried over, is the whole sequence',
  async (algorithm) => {
    const each: Case = { cell: 'mingru', dtype: 'f32', batch: 1, time: 400, heads: 1, headDim: 17 }
    const config = smallTile(each, algorithm)
    const loaded = await load(each, config)
    const inputs = sampleInputs(problemOf(each), 'forward', SEED)
    const cut = 150
    const part = (from: number, to: number): Tensors =>
      Object.fromEntries(['gate', 'hidden'].map((name) => [name, inputs[name]!.slice(from * 17, to * 17)]))
    const whole = await run(loaded, each, config, inputs)
    const head = await run(loaded, { ...each, time: cut }, config, { ...part(0, cut), h0: inputs['h0']! })
    const tail = await run(loaded, { ...each, time: 400 - cut }, config, { ...part(cut, 400), h0: head['lastState']! })
    expect(relativeError([...head['h']!, ...tail['h']!], whole['h']!).value).toBeLessThan(1e-6)
    expect(relativeError(tail['lastState']!, whole['lastState']!).value).toBeLessThan(1e-6)
  },
)

// The adjoint of h' = a h + b is the same recurrence the other way, with the coefficient of the step after: db of the
// backward kernel is what the forward kernel makes of flipped tensors.
test.each(ALGORITHMS)('%s: the backward scan is the flipped forward scan', async (algorithm) => {
  const [time, D] = [333, 17]
  const each: Case = { cell: 'linear', dtype: 'f32', batch: 1, time, heads: 1, headDim: D }
  const back: Case = { ...each, pass: 'backward' }
  const inputs = sampleInputs(problemOf(each), 'backward', SEED)
  const rows = (values: Float32Array): Float32Array[] =>
    Array.from({ length: time }, (_, t) => values.subarray(t * D, (t + 1) * D))
  const flat = (list: readonly Float32Array[]): Float32Array => Float32Array.from(list.flatMap((row) => [...row]))
  const after = flat([new Float32Array(D), ...rows(inputs['a']!).slice(1).reverse()])
  const outside = flat(rows(inputs['dh']!).reverse()).map((x, i) => (i < D ? x + inputs['dLastState']![i]! : x))
  const [forwardTile, backwardTile] = [smallTile(each, algorithm), smallTile(back, algorithm)]
  const forward = await run(await load(each, forwardTile), each, forwardTile, {
    a: after,
    b: outside,
    h0: new Float32Array(D),
  })
  const backward = await run(await load(back, backwardTile), back, backwardTile, inputs)
  expect(relativeError(flat(rows(forward['h']!).reverse()), backward['db']!).value).toBeLessThan(1e-6)
})

test('offsets past 2^31 elements are whole: an access far outside is where it would be in a large tensor', async () => {
  const each: Case = { cell: 'linear', dtype: 'f32', batch: 1, time: 8, heads: 1, headDim: 4096, cuSeqlens: true }
  const config = smallTile(each, 'serial')
  const loaded = await load(each, config)
  const inputs = sampleInputs(problemOf(each), 'forward', SEED)
  const plan = planOf(kernelId(each, 'cuda'), problemOf(each), config)
  const addressOf = async (row: number): Promise<number> => {
    const ran = await loaded.run(plan, { ...inputs, cuSeqlens: Float32Array.of(row, row + 1) })
    return Number(/at address (0x[0-9a-f]+)/.exec('message' in ran ? ran.message : '')![1])
  }
  const [near, far] = [2 ** 23, 3 * 2 ** 22]
  expect((await addressOf(far)) - (await addressOf(near))).toBe((far - near) * 4096 * 4)
})

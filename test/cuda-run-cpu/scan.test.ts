import { cudaCpuBackend } from '@tilewright/backend-cuda'
import { problemText, relativeError, sampleInputs, type Configuration, type Tensors } from '@tilewright/kernels'
import { verify, type Backend } from '@tilewright/tuner'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kernelId, problemOf, SEED, type Case } from '../support/kernels.ts'
import { expectRaggedCheckpoints } from '../support/ragged.ts'
import { expectResetSeparates } from '../support/reset.ts'
import { CHANNELS, expectAccurateLongTime, expectAccurateSizes } from '../support/sizes.ts'
import { runnerOf } from '../support/runner.ts'
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

  test.each(CHANNELS)('%i channels, from one step to thousands: errors below 5e-6', (headDim) =>
    expectAccurateSizes(backend, ALGORITHMS, { pass, headDim, rule: 'CHUNK <= 64', most: 2 ** 18 }),
  )

  test.each(ALGORITHMS)('%s: 65,536 steps, and gates that are open or shut: errors below 5e-6', (algorithm) =>
    expectAccurateLongTime(backend, algorithm, { pass }),
  )
})

test.each(ALGORITHMS.filter((algorithm) => algorithm !== 'look-back'))(
  '%s: checkpoints of sequences of their own lengths are those of each sequence alone',
  async (algorithm) => {
    for (const checkpoint of [2, 8])
      await expectRaggedCheckpoints(backend, algorithm, { checkpoint, rule: 'CHUNK <= 32' })
  },
)

test.each(ALGORITHMS)(
  '%s: a sequence in two launches, the state carried over, is the whole sequence',
  async (algorithm) => {
    const each: Case = { cell: 'mingru', dtype: 'f32', batch: 1, time: 400, heads: 1, headDim: 17 }
    const { run } = await runnerOf(backend, each, smallTile(each, algorithm))
    const inputs = sampleInputs(problemOf(each), 'forward', SEED)
    const cut = 150
    const part = (from: number, to: number): Tensors =>
      Object.fromEntries(['gate', 'hidden'].map((name) => [name, inputs[name]!.slice(from * 17, to * 17)]))
    const whole = await run(each, inputs)
    const head = await run({ ...each, time: cut }, { ...part(0, cut), h0: inputs['h0']! })
    const tail = await run({ ...each, time: 400 - cut }, { ...part(cut, 400), h0: head['lastState']! })
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
  const forwardRunner = await runnerOf(backend, each, smallTile(each, algorithm))
  const backwardRunner = await runnerOf(backend, back, smallTile(back, algorithm))
  const forward = await forwardRunner.run(each, { a: after, b: outside, h0: new Float32Array(D) })
  const backward = await backwardRunner.run(back, inputs)
  expect(relativeError(flat(rows(forward['h']!).reverse()), backward['db']!).value).toBeLessThan(1e-6)
})

test('offsets past 2^31 elements are whole: an access far outside is where it would be in a large tensor', async () => {
  const each: Case = { cell: 'linear', dtype: 'f32', batch: 1, time: 8, heads: 1, headDim: 4096, cuSeqlens: true }
  const { run } = await runnerOf(backend, each, smallTile(each, 'serial'))
  const inputs = sampleInputs(problemOf(each), 'forward', SEED)
  const addressOf = async (row: number): Promise<number> => {
    const message = await run(each, { ...inputs, cuSeqlens: Float32Array.of(row, row + 1) }).then(String, String)
    return Number(/at address (0x[0-9a-f]+)/.exec(message)![1])
  }
  const [near, far] = [2 ** 23, 3 * 2 ** 22]
  expect((await addressOf(far)) - (await addressOf(near))).toBe((far - near) * 4096 * 4)
})

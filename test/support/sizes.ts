import { reference, sampleInputs, withOutputs, type Pass, type Problem, type Tensors } from '@tilewright/kernels'
import type { Backend } from '@tilewright/tuner'
import { problemOf, SEED, type Case } from './kernels.ts'
import { expectAccurate, runnerOf, runText, type Runner } from './runner.ts'
import { configurationsOf, type Algorithm } from './scan.ts'

/** Channels and steps that the tests of sizes walk: one of each, whole tiles, and what no tile divides. */
export const CHANNELS = [1, 5, 64, 100] as const
const TIMES = [1, 2, 31, 1000, 4096] as const

interface Wanted {
  readonly pass: Pass
  /** Narrows the tile. */
  readonly rule?: string
}

/**
 * One kernel of each algorithm, compiled for the longest sequences, agrees with the float64 reference on all of them.
 * Where several sequences are more than `most` elements, one stands for them.
 */
export async function expectAccurateSizes(
  backend: Backend,
  algorithms: readonly Algorithm[],
  { pass, headDim, rule, most = Infinity }: Wanted & { readonly headDim: number; readonly most?: number },
): Promise<void> {
  const sizes = { cell: 'minlstm', dtype: 'f32', heads: 1, headDim, resets: true } as const
  // The longest sequence chooses the tile, which then runs them all: tiles and parts without a step are among them.
  const longest: Case = { ...sizes, pass, batch: 3, time: TIMES.at(-1)! }
  const runners = await runnersOf(backend, algorithms, longest, rule)
  for (const time of TIMES)
    for (const batch of [1, 3]) {
      if (batch > 1 && batch * time * headDim > most) continue
      const each = { ...longest, time, batch }
      const problem = problemOf(each)
      await expectAccurateRuns(runners, each, withMarks(sampleInputs(problem, pass, SEED), problem))
    }
}

/** 65,536 steps: with gates as they are sampled, and with gates that are open or shut as far as float32 can tell. */
export async function expectAccurateLongTime(
  backend: Backend,
  algorithm: Algorithm,
  { pass, rule }: Wanted,
): Promise<void> {
  const each: Case = { cell: 'mingru', pass, dtype: 'f32', batch: 1, time: 65536, heads: 1, headDim: 2 }
  const problem = problemOf(each)
  const runners = await runnersOf(backend, [algorithm], each, rule)
  const sampled = sampleInputs(problem, pass, SEED)
  await expectAccurateRuns(runners, each, sampled)
  // The gradients of such gates are small, 1e-16 here, but not zero: errors relative to the largest still mean something.
  // A kernel that makes σ(−x) of 1 − σ(x) has none of their digits.
  const gate = sampled['gate']!.map((x) => (x > 0 ? 40 : -40))
  await expectAccurateRuns(runners, each, withOutputs(problem, { ...sampled, gate }))
}

async function runnersOf(
  backend: Backend,
  algorithms: readonly Algorithm[],
  each: Case,
  rule?: string,
): Promise<readonly Runner[]> {
  const runners: Runner[] = []
  for (const algorithm of algorithms) {
    const [config] = configurationsOf(each, backend.device, algorithm, { count: 1, ...(rule && { rule }) })
    runners.push(await runnerOf(backend, each, config!))
  }
  return runners
}

async function expectAccurateRuns(runners: readonly Runner[], each: Case, inputs: Tensors): Promise<void> {
  const exact = reference(problemOf(each), each.pass ?? 'forward', inputs)
  for (const { config, run } of runners) expectAccurate(await run(each, inputs), exact, runText(each, config))
}

/** Resets at the first and the last step besides the random ones. */
function withMarks(inputs: Tensors, { batch, time }: Problem): Tensors {
  const resets = inputs['resets']!.slice()
  for (let sequence = 0; sequence < batch; sequence++) resets[sequence * time] = resets[(sequence + 1) * time - 1] = 1
  return { ...inputs, resets }
}

import {
  roundTo,
  sampleInputs,
  tensorsOf,
  withOutputs,
  type Configuration,
  type Dtype,
  type Tensors,
} from '@tilewright/kernels'
import type { Backend } from '@tilewright/tuner'
import { expect } from 'vitest'
import { problemOf, SEED, type Case } from './kernels.ts'
import { runnerOf, runText } from './runner.ts'
import { configurationsOf, type Algorithm } from './scan.ts'

/** How far two configurations may be from each other, relative to the largest magnitude of the tensor. */
const APART = 1e-6

interface Drawn {
  readonly algorithms: readonly Algorithm[]
  /** Configurations of each algorithm. */
  readonly count: number
  readonly rule: string
}

/**
 * Configurations of all algorithms give the same numbers, and each gives the same bits in two runs on each backend: one
 * device, that may take its blocks in another order for each.
 */
export async function expectAgreement(
  backends: readonly Backend[],
  each: Case,
  { algorithms, count, rule }: Drawn,
): Promise<void> {
  const problem = problemOf(each)
  const pass = each.pass ?? 'forward'
  const inputs = slowInputs(each)
  const configs = algorithms.flatMap((algorithm) =>
    configurationsOf(each, backends[0]!.device, algorithm, { count, rule }),
  )
  expect(new Set(configs.map((config) => JSON.stringify(config))).size, 'different ones').toBe(configs.length)
  let first: Tensors | undefined
  for (const config of configs) {
    const outputs = await sameBits(backends, each, config, inputs)
    first ??= outputs
    for (const { name, dtype } of tensorsOf(problem, pass).outputs)
      expect(distance(outputs[name]!, first[name]!, dtype), `${name}, ${runText(each, config)}`).toBeLessThan(APART)
  }
}

/**
 * Gates that keep most of the state, about 0.95 of it at each step. As sampled they forget it within a chunk, and what
 * passes from one to the next would hardly be seen.
 */
function slowInputs(each: Case): Tensors {
  const problem = problemOf(each)
  const pass = each.pass ?? 'forward'
  const sampled = sampleInputs(problem, pass, SEED)
  const [name, shift] = each.cell === 'sru' ? (['forget', 3] as const) : (['gate', -3] as const)
  const values = sampled[name]
  if (!values) throw new Error(`${each.cell} has no ${name}`)
  const slow = {
    ...sampled,
    [name]: roundTo(
      problem.dtype,
      values.map((x) => x + shift),
    ),
  }
  return pass === 'forward' ? slow : withOutputs(problem, slow)
}

async function sameBits(
  backends: readonly Backend[],
  each: Case,
  config: Configuration,
  inputs: Tensors,
): Promise<Tensors> {
  let first: Tensors | undefined
  for (const backend of backends) {
    const { run } = await runnerOf(backend, each, config)
    for (const outputs of [await run(each, inputs), await run(each, inputs)]) {
      first ??= outputs
      expect(bitsOf(outputs), runText(each, config)).toEqual(bitsOf(first))
    }
  }
  return first!
}

function bitsOf(tensors: Tensors): Readonly<Record<string, Uint32Array>> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, values]) => [name, new Uint32Array(values.slice().buffer)]),
  )
}

/**
 * How far apart two tensors are at most, relative to the largest magnitude. Of what is stored in 16 bits only what a
 * rounding does not explain: float32 numbers next to each other may round to neighbours, each by half of a unit in the
 * last place, so that they are a unit further apart than they were.
 */
function distance(left: Float32Array, right: Float32Array, dtype: Dtype | 'u32'): number {
  expect(left.length).toBe(right.length)
  let largest = 0
  let apart = 0
  right.forEach((value, i) => {
    const magnitude = Math.max(Math.abs(value), Math.abs(left[i]!))
    largest = Math.max(largest, magnitude)
    // A NaN stays one here, and no NaN is less than what is allowed.
    apart = Math.max(apart, Math.abs(left[i]! - value) - unitOf(dtype, magnitude))
  })
  return apart / largest
}

/** A unit in the last place of a stored number of this magnitude; none of float32, which is compared as it is. */
function unitOf(dtype: Dtype | 'u32', magnitude: number): number {
  if (dtype === 'bf16') return 2 ** (Math.max(Math.floor(Math.log2(magnitude)), -126) - 7)
  if (dtype === 'f16') return 2 ** (Math.max(Math.floor(Math.log2(magnitude)), -14) - 10)
  return 0
}

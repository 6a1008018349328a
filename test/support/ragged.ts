import { reference, relativeError, sampleInputs, tensorsOf, type Tensors, type TensorSpec } from '@tilewright/kernels'
import type { Backend } from '@tilewright/tuner'
import { expect } from 'vitest'
import { problemOf, SEED, type Case } from './kernels.ts'
import { expectAccurate, runnerOf, runText, type Runner } from './runner.ts'
import { configurationsOf, type Algorithm } from './scan.ts'

const CHANNELS = 20

/**
 * Where sequences start whose lengths are none, one and around whole numbers of K steps. Some leave no row of checkpoints
 * over; the last is one of them, so that zeros too many are past the end.
 */
function raggedStarts(K: number): readonly number[] {
  const lengths = [0, K + 1, K - 1, 41 * K - 1, 1, 3 * K, 0, K, 1]
  return lengths.reduce((starts, length) => [...starts, starts.at(-1)! + length], [0])
}

/**
 * Runs sequences of their own lengths with checkpoints, forward and then backward from what the forward kernel left, and
 * each sequence by itself: all agree with the float64 reference, and the two with each other. `rule` narrows the tile.
 */
export async function expectRaggedCheckpoints(
  backend: Backend,
  algorithm: Algorithm,
  { checkpoint, rule }: { readonly checkpoint: number; readonly rule: string },
): Promise<void> {
  const starts = raggedStarts(checkpoint)
  const time = starts.at(-1)!
  const sizes = { cell: 'mingru', dtype: 'f32', heads: 1, headDim: CHANNELS, resets: true, checkpoint } as const
  const all: Case = { ...sizes, batch: starts.length - 1, time, cuSeqlens: true }
  const given = { ...sampleInputs(all, 'backward', SEED), ...sampleInputs(all, 'forward', SEED) }
  let inputs: Tensors = { ...given, cuSeqlens: Float32Array.from(starts) }
  for (const pass of ['forward', 'backward'] as const) {
    const config = configurationsOf({ ...all, pass }, backend.device, algorithm, { count: 1, rule })[0]!
    const outputs = await accurateOutputs(await runnerOf(backend, { ...all, pass }, config), { ...all, pass }, inputs)
    const { inputs: taken, outputs: made } = tensorsOf(all, pass)

    const single: Case = { ...sizes, batch: 1, time, pass }
    const singleRunner = await runnerOf(backend, single, config)
    for (const [index, start] of starts.slice(0, -1).entries()) {
      const own: Case = { ...single, time: starts[index + 1]! - start }
      if (own.time === 0) continue
      const part = (tensors: readonly TensorSpec[], values: Tensors): Tensors =>
        Object.fromEntries(
          tensors
            .filter(({ name }) => name !== 'cuSeqlens')
            .map((tensor) => [tensor.name, ofSequence(tensor, values[tensor.name]!, { starts, index, checkpoint })]),
        )
      const alone = await accurateOutputs(singleRunner, own, part(taken, inputs))
      for (const [name, values] of Object.entries(part(made, outputs)))
        expect(relativeError(values, alone[name]!).value, `${name} of sequence ${index}, alone`).toBeLessThan(1e-6)
    }
    inputs = { ...inputs, ...outputs }
  }
}

async function accurateOutputs({ run, config }: Runner, each: Case, inputs: Tensors): Promise<Tensors> {
  const outputs = await run(each, inputs)
  expectAccurate(outputs, reference(problemOf(each), each.pass ?? 'forward', inputs), runText(each, config))
  return outputs
}

interface Place {
  readonly starts: readonly number[]
  readonly index: number
  readonly checkpoint: number
}

/** What one of the sequences has of a tensor whose first axis is steps, sequences or checkpoints. */
function ofSequence({ axes }: TensorSpec, values: Float32Array, { starts, index, checkpoint }: Place): Float32Array {
  const [start, end] = [starts[index]!, starts[index + 1]!]
  const kept = Math.floor(start / checkpoint) + index
  const rows: Readonly<Record<string, readonly [number, number]>> = {
    t: [start, end],
    b: [index, index + 1],
    r: [kept, kept + Math.ceil((end - start) / checkpoint)],
  }
  const [from, to] = rows[axes[0]!]!
  const columns = axes.length > 1 ? CHANNELS : 1
  return values.slice(from * columns, to * columns)
}

import { reference, sampleInputs, tensorsOf, type Pass, type Tensors, type TensorSpec } from '@tilewright/kernels'
import type { Backend } from '@tilewright/tuner'
import { problemOf, SEED, type Case } from './kernels.ts'
import { expectAccurate, runnerOf, runText } from './runner.ts'
import { configurationsOf, type Algorithm } from './scan.ts'

const TIME = 150
const RESET = 77
const CHANNELS = 20

/**
 * A reset makes two sequences of one, whatever happens in the other. Here the state overflows before it (forward), or the
 * gradient after it (backward): what is on the other side agrees with the reference of that side alone.
 */
export async function expectResetSeparates(
  backend: Backend,
  algorithm: Algorithm,
  { pass, rule }: { readonly pass: Pass; readonly rule: string },
): Promise<void> {
  const sizes = { cell: 'linear', dtype: 'f32', batch: 1, heads: 1, headDim: CHANNELS } as const
  const each: Case = { ...sizes, time: TIME, resets: true, pass }
  const problem = problemOf(each)
  const config = configurationsOf(each, backend.device, algorithm, { count: 1, rule })[0]!
  const { run } = await runnerOf(backend, each, config)
  const inputs = overflowing(sampleInputs(problem, pass, SEED), pass)
  const outputs = await run(each, inputs)

  const [from, to] = pass === 'forward' ? [RESET, TIME] : [0, RESET]
  const side = { ...sizes, time: to - from }
  const { inputs: taken, outputs: made } = tensorsOf(side, pass)
  const cut = (tensors: readonly TensorSpec[], values: Tensors): Tensors =>
    Object.fromEntries(
      tensors.map(({ name, axes }) => [
        name,
        axes.includes('t') ? values[name]!.slice(from * CHANNELS, to * CHANNELS) : values[name]!,
      ]),
    )
  const entering = pass === 'forward' ? 'h0' : 'dLastState'
  const alone = reference(side, pass, { ...cut(taken, inputs), [entering]: new Float32Array(CHANNELS) })
  expectAccurate(cut(made, outputs), alone, runText(each, config))
}

/** One reset, and a few factors on the side that is not looked at whose product no float32 holds. */
function overflowing(inputs: Tensors, pass: Pass): Tensors {
  const resets = new Float32Array(TIME)
  resets[RESET] = 1
  const a = inputs['a']!.slice()
  const first = pass === 'forward' ? RESET - 5 : RESET + 2
  a.fill(1e30, first * CHANNELS, (first + 4) * CHANNELS)
  return { ...inputs, a, resets }
}

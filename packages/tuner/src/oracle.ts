import {
  isOverTime,
  reference,
  sampleInputs,
  tensorsOf,
  toleranceOf,
  type KernelId,
  type Pass,
  type Problem,
  type Tensors,
  type TensorSpec,
} from '@tilewright/kernels'
import { TunerError } from './errors.ts'
import { wrongInput } from './messages.ts'

/** What the outputs of a kernel are held against, computed once for a problem. */
export interface Oracle {
  readonly problem: Problem
  readonly pass: Pass
  readonly inputs: Tensors
  readonly expected: Readonly<Record<string, ArrayLike<number>>>
  /** Those of the problem that something is expected of. */
  readonly outputs: readonly TensorSpec[]
  /** Largest error allowed of each output, relative to its largest magnitude. */
  readonly tolerances: Readonly<Record<string, number>>
}

// One evaluation of a cell's expressions costs the float64 interpreter about as much as this many multiplications.
const POINTWISE_OPERATIONS = 64
// Enough for every state to have come from a state that the kernel itself computed.
const LEAST_STEPS = 4
// Steps are a multiple of this where a kernel reads them in vectors (scan, series of steps: 16 bytes of 16-bit values).
const LONGEST_VECTOR = 8
// Of a scan that is executed on the CPU. Elements of a tensor over time: seconds of work, and many chunks of time.
const BRIEF_ELEMENTS = 2 ** 19
// The second one is where the first one ends.
const BRIEF_SEQUENCES = 2

/**
 * The problem whose outputs are compared: the one asked for where its float64 reference takes at most `operations`
 * multiplications (B·T·N·D·(D + 64), without D for a scan), else the same with fewer steps, at least 4. A rendered
 * source depends on neither batch nor time, so the same compiled kernel runs both. A second is some 4 · 10⁷ operations (measured: lstm, D = 768, one 2.x GHz core).
 * Sequences of lengths of their own, and checkpoints, which are counted from the last step, leave the problem as it is.
 */
export function checkingProblem(id: KernelId, problem: Problem, operations: number): Problem {
  const { batch, heads, headDim } = problem
  const perElement = POINTWISE_OPERATIONS + (id.kernel === 'scan' ? 0 : headDim)
  const perStep = batch * heads * headDim * perElement
  if (problem.cuSeqlens || problem.checkpoint) return problem
  return withSteps(problem, Math.max(LEAST_STEPS, Math.floor(operations / perStep)))
}

/**
 * The problem with at most 4 steps, or of a scan, whose steps are cheap, two sequences and many chunks of time: for
 * backends that execute on the CPU what was made for a GPU.
 */
export function briefProblem(id: KernelId, problem: Problem): Problem {
  if (id.kernel !== 'scan') return withSteps(problem, LEAST_STEPS)
  const { heads, headDim, cuSeqlens } = problem
  const batch = cuSeqlens ? problem.batch : Math.min(problem.batch, BRIEF_SEQUENCES)
  const rows = (cuSeqlens ? 1 : batch) * heads * headDim
  return withSteps({ ...problem, batch }, Math.max(LEAST_STEPS, Math.floor(BRIEF_ELEMENTS / rows)))
}

/** The problem with at most so many steps, in whole vectors where its steps are read so. */
function withSteps(problem: Problem, most: number): Problem {
  if (problem.time <= most) return problem
  const time = problem.layout === 'bdt' ? Math.max(1, Math.floor(most / LONGEST_VECTOR)) * LONGEST_VECTOR : most
  return time >= problem.time ? problem : { ...problem, time }
}

/** What an oracle is made from. Inputs and expected outputs left out are sampled and computed. */
export interface OracleRequest {
  readonly id: KernelId
  readonly problem: Problem
  readonly seed: number
  readonly inputs?: Tensors | undefined
  readonly expected?: Readonly<Record<string, ArrayLike<number>>> | undefined
}

/** Throws `E_INPUTS` for tensors that are not the problem's. */
export function oracleOf({ id, problem, seed, inputs, expected }: OracleRequest): Oracle {
  const { pass } = id
  const tensors = tensorsOf(problem, pass)
  const given = inputs ?? sampleInputs(problem, pass, seed)
  for (const { name, shape } of tensors.inputs) {
    const wanted = shape.reduce((product, extent) => product * extent, 1)
    if (given[name]?.length !== wanted) throw new TunerError('E_INPUTS', wrongInput(name, given[name]?.length, wanted))
  }
  const known = expected ?? reference(problem, pass, given)
  const outputs = tensors.outputs.filter(({ name }) => known[name])
  const tolerances = Object.fromEntries(
    outputs.map((tensor) => [tensor.name, toleranceOf(problem, tensor, id.target)] as const),
  )
  return { problem, pass, inputs: given, expected: known, outputs, tolerances }
}

/**
 * Inputs of a longer problem of which the oracle's are the steps that its kernel computes first, so that what it makes of
 * them is known: no step sees a later one. They come first in time, and in a backward pass last. Tensors with a time
 * axis repeat the oracle's steps.
 */
export function lengthened(oracle: Oracle, problem: Problem): Tensors {
  if (problem.time === oracle.problem.time) return oracle.inputs
  const { inputs, pass } = oracle
  const short = new Map(tensorsOf(oracle.problem, pass).inputs.map((tensor) => [tensor.name, tensor]))
  return Object.fromEntries(
    tensorsOf(problem, pass).inputs.map((tensor) => {
      const { name, before } = tensor
      if (!isOverTime(tensor)) return [name, inputs[name]!]
      const values = inSteps(inputs[name]!, short.get(name)!, tensor, pass)
      // What a backward pass reads as the state before the oracle's first step is its initial state.
      if (pass === 'backward' && before !== undefined)
        setStep(values, tensor, problem.time - oracle.problem.time - 1, inputs[before]!)
      return [name, values]
    }),
  )
}

/** Outputs with a time axis, cut to the oracle's steps; the others are those of another step and are left out. */
export function shortened(oracle: Oracle, problem: Problem, outputs: Tensors): Tensors {
  if (problem.time === oracle.problem.time) return outputs
  const long = new Map(tensorsOf(problem, oracle.pass).outputs.map((tensor) => [tensor.name, tensor]))
  const entries = oracle.outputs
    .filter((tensor) => isOverTime(tensor) && outputs[tensor.name])
    .map(
      (tensor) => [tensor.name, inSteps(outputs[tensor.name]!, long.get(tensor.name)!, tensor, oracle.pass)] as const,
    )
  return Object.fromEntries(entries)
}

/** The extents before the time axis, of it, and after it, multiplied. */
function extentsOf({ axes, shape }: TensorSpec): {
  readonly outer: number
  readonly steps: number
  readonly inner: number
} {
  const axis = axes.indexOf('t')
  const product = (extents: readonly number[]): number => extents.reduce((a, b) => a * b, 1)
  return { outer: product(shape.slice(0, axis)), steps: shape[axis]!, inner: product(shape.slice(axis + 1)) }
}

/** The values with another number of steps, repeated or cut: counted from the first step, or in a backward pass the last. */
function inSteps(values: Float32Array, from: TensorSpec, to: TensorSpec, pass: Pass): Float32Array {
  const { outer, steps: had, inner } = extentsOf(from)
  const { steps: wanted } = extentsOf(to)
  // A multiple of `had` more than enough, so that no step is negative.
  const shift = pass === 'forward' ? 0 : had * wanted - wanted
  const result = new Float32Array(outer * wanted * inner)
  for (let o = 0; o < outer; o++)
    for (let t = 0; t < wanted; t++) {
      const start = (o * had + ((t + shift) % had)) * inner
      result.set(values.subarray(start, start + inner), (o * wanted + t) * inner)
    }
  return result
}

function setStep(values: Float32Array, tensor: TensorSpec, step: number, state: Float32Array): void {
  const { outer, steps, inner } = extentsOf(tensor)
  for (let o = 0; o < outer; o++) values.set(state.subarray(o * inner, (o + 1) * inner), (o * steps + step) * inner)
}

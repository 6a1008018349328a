import {
  reference,
  sampleInputs,
  tensorsOf,
  toleranceOf,
  type KernelId,
  type Problem,
  type Tensors,
  type TensorSpec,
} from '@tilewright/kernels'
import { TunerError } from './errors.ts'
import { wrongInput } from './messages.ts'

/** What the outputs of a kernel are held against, computed once for a problem. */
export interface Oracle {
  readonly problem: Problem
  readonly inputs: Tensors
  readonly expected: Readonly<Record<string, ArrayLike<number>>>
  /** Those of the problem that something is expected of. */
  readonly outputs: readonly TensorSpec[]
  /** Largest error allowed, relative to the tensor's largest magnitude. */
  readonly tolerance: number
}

// One evaluation of a cell's expressions costs the float64 interpreter about as much as this many multiplications.
const POINTWISE_OPERATIONS = 64
// Enough for every state to have come from a state that the kernel itself computed, and for a chunk to end.
const LEAST_STEPS = 4

/**
 * The problem whose outputs are compared: the one asked for where its float64 reference takes at most `operations`
 * multiplications (B·T·N·D·(D + 64), without D for a scan), else the same with fewer steps, at least 4. A rendered
 * source depends on neither batch nor time, so the same compiled kernel runs both. A second is some 4 · 10⁷ operations (measured: lstm, D = 768, one 2.x GHz core).
 */
export function checkingProblem(id: KernelId, problem: Problem, operations: number): Problem {
  const { batch, time, heads, headDim } = problem
  const perElement = POINTWISE_OPERATIONS + (id.kernel === 'scan' ? 0 : headDim)
  const perStep = batch * heads * headDim * perElement
  const steps = Math.max(LEAST_STEPS, Math.floor(operations / perStep))
  return steps >= time ? problem : { ...problem, time: steps }
}

/** The problem with at most 4 steps: for backends that execute on the CPU what was made for a GPU. */
export function briefProblem(problem: Problem): Problem {
  return problem.time <= LEAST_STEPS ? problem : { ...problem, time: LEAST_STEPS }
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
  const tensors = tensorsOf(problem)
  const given = inputs ?? sampleInputs(problem, seed)
  for (const { name, shape } of tensors.inputs) {
    const wanted = shape.reduce((product, extent) => product * extent, 1)
    if (given[name]?.length !== wanted) throw new TunerError('E_INPUTS', wrongInput(name, given[name]?.length, wanted))
  }
  const known = expected ?? reference(problem, given)
  return {
    problem,
    inputs: given,
    expected: known,
    outputs: tensors.outputs.filter(({ name }) => known[name]),
    tolerance: toleranceOf(problem, id.target),
  }
}

/**
 * Inputs of the whole problem that begin as the oracle's do: tensors with a time axis repeat the oracle's steps. What a
 * kernel computes for the first steps is then known, because no step sees a later one.
 */
export function lengthened(oracle: Oracle, problem: Problem): Tensors {
  if (problem.time === oracle.problem.time) return oracle.inputs
  const short = new Map(tensorsOf(oracle.problem).inputs.map((tensor) => [tensor.name, tensor]))
  return Object.fromEntries(
    tensorsOf(problem).inputs.map((tensor) => {
      const values = oracle.inputs[tensor.name]!
      return [tensor.name, tensor.axes.includes('t') ? repeated(values, short.get(tensor.name)!, tensor) : values]
    }),
  )
}

/** Outputs with a time axis, cut to the oracle's steps; the others are those of another step and are left out. */
export function shortened(oracle: Oracle, problem: Problem, outputs: Tensors): Tensors {
  if (problem.time === oracle.problem.time) return outputs
  const long = new Map(tensorsOf(problem).outputs.map((tensor) => [tensor.name, tensor]))
  const entries = oracle.outputs
    .filter(({ name, axes }) => axes.includes('t') && outputs[name])
    .map((tensor) => [tensor.name, repeated(outputs[tensor.name]!, long.get(tensor.name)!, tensor)] as const)
  return Object.fromEntries(entries)
}

/** The values with another number of steps: step t is step t modulo the number that there are. */
function repeated(values: Float32Array, from: TensorSpec, to: TensorSpec): Float32Array {
  const axis = from.axes.indexOf('t')
  const product = (extents: readonly number[]): number => extents.reduce((a, b) => a * b, 1)
  const outer = product(from.shape.slice(0, axis))
  const inner = product(from.shape.slice(axis + 1))
  const [had, wanted] = [from.shape[axis]!, to.shape[axis]!]
  const result = new Float32Array(outer * wanted * inner)
  for (let o = 0; o < outer; o++)
    for (let t = 0; t < wanted; t++) {
      const start = (o * had + (t % had)) * inner
      result.set(values.subarray(start, start + inner), (o * wanted + t) * inner)
    }
  return result
}

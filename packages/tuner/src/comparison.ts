import { placeOf, relativeError, type Tensors, type TensorSpec } from '@tilewright/kernels'
import type { ReferenceError } from '@tilewright/presets'
import { notFinite, outputLength, outputMissing, outputOff } from './messages.ts'
import type { Oracle } from './oracle.ts'

/** How the outputs of a run stand to the reference. */
export interface Comparison {
  /** `nan`, `error`, `missing` or `shape` for the first output that is not right. */
  readonly reason?: 'nan' | 'error' | 'missing' | 'shape'
  readonly message?: string
  /** The largest relative error of every output that was compared; infinite for what is not a number or not there. */
  readonly errors: readonly ReferenceError[]
  /** The first element, in memory order, that is beyond the tolerance. */
  readonly first?: OffElement
}

export interface OffElement {
  readonly output: string
  readonly index: number
  /** `s=0 b=0 t=7 n=0 d=513` */
  readonly place: string
  readonly actual: number
  readonly expected: number
}

/** Compares the named outputs, all of them unless said otherwise. */
export function compare(oracle: Oracle, outputs: Tensors, names?: readonly string[]): Comparison {
  const wanted = oracle.outputs.filter(({ name }) => names?.includes(name) ?? true)
  const verdicts = wanted.map((tensor) => compareOne(oracle, tensor, outputs[tensor.name]))
  const wrong = verdicts.find(({ reason }) => reason !== undefined)
  return {
    errors: verdicts.map(({ error }) => error),
    ...(wrong?.reason ? { reason: wrong.reason, message: wrong.message! } : {}),
    ...(wrong?.first ? { first: wrong.first } : {}),
  }
}

/** The error of the output that is nearest to what is allowed, or furthest beyond it. */
export function worstOf(errors: readonly ReferenceError[]): ReferenceError | undefined {
  return errors.reduce<ReferenceError | undefined>(
    (a, b) => (a && a.relative / a.allowed >= b.relative / b.allowed ? a : b),
    undefined,
  )
}

/** Says which element is not a finite number, for outputs that no reference was computed for. */
export function firstNotFinite(tensors: readonly TensorSpec[], outputs: Tensors): string | undefined {
  for (const tensor of tensors) {
    const values = outputs[tensor.name]
    if (!values) return outputMissing(tensor.name)
    const index = values.findIndex((value) => !Number.isFinite(value))
    if (index >= 0) return notFinite(tensor.name, placeOf(tensor, index))
  }
  return undefined
}

interface Verdict {
  readonly error: ReferenceError
  readonly reason?: NonNullable<Comparison['reason']>
  readonly message?: string
  readonly first?: OffElement
}

function compareOne(oracle: Oracle, tensor: TensorSpec, actual: Float32Array | undefined): Verdict {
  const expected = oracle.expected[tensor.name]!
  const allowed = oracle.tolerances[tensor.name]!
  const hopeless = { output: tensor.name, relative: Infinity, allowed }
  if (!actual) return { error: hopeless, reason: 'missing', message: outputMissing(tensor.name) }
  if (actual.length !== expected.length)
    return { error: hopeless, reason: 'shape', message: outputLength(tensor.name, actual.length, expected.length) }
  const { value: relative } = relativeError(actual, expected)
  const error = { output: tensor.name, relative, allowed }
  if (relative <= allowed) return { error }
  const first = firstBeyond(tensor, actual, { expected, allowed })
  const { dtype, time: steps } = oracle.problem
  const message = outputOff({ output: tensor.name, relative, allowed, dtype, steps, place: first.place })
  return { error, reason: Number.isFinite(relative) ? 'error' : 'nan', message, first }
}

function firstBeyond(
  tensor: TensorSpec,
  actual: Float32Array,
  { expected, allowed }: { readonly expected: ArrayLike<number>; readonly allowed: number },
): OffElement {
  let scale = 0
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]!))
  const bound = allowed * (scale || 1)
  // Written so that a NaN is beyond every bound.
  const index = actual.findIndex((value, i) => !(Math.abs(value - expected[i]!) <= bound))
  return {
    output: tensor.name,
    index,
    place: placeOf(tensor, index),
    actual: actual[index]!,
    expected: expected[index]!,
  }
}

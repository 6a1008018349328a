import { expect, test } from 'vitest'
import { roundTo, type Tensors } from '../dtype.ts'
import type { Pass, Problem } from '../problem.ts'
import { reference, tensorsOf } from '../pass.ts'
import { sampleInputs } from '../sample.ts'

const SEED = 5
const [B, T, C] = [3, 7, 4]
const PLAIN: Problem = { cell: 'mingru', dtype: 'f32', batch: B, time: T, heads: 1, headDim: C }
const PASSES: readonly Pass[] = ['forward', 'backward']

/** A tensor [batch, time, channels] with its axes in another order, such as `tbc`. */
function permuted(values: ArrayLike<number>, axes: string): Float32Array {
  const extents: Readonly<Record<string, number>> = { b: B, t: T, c: values.length / (B * T) }
  const result = new Float32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const at: Readonly<Record<string, number>> = {
      c: i % extents['c']!,
      t: Math.floor(i / extents['c']!) % T,
      b: Math.floor(i / (extents['c']! * T)),
    }
    result[[...axes].reduce((index, axis) => index * extents[axis]! + at[axis]!, 0)] = values[i]!
  }
  return result
}

/** What the plain problem has over time, in the order of axes that another problem wants. */
function arranged(tensors: Readonly<Record<string, ArrayLike<number>>>, like: Problem, pass: Pass): Tensors {
  const { inputs, outputs } = tensorsOf(like, pass)
  return Object.fromEntries(
    [...inputs, ...outputs]
      .filter(({ name }) => tensors[name])
      .map(({ name, axes }) => {
        const values = tensors[name]!
        return [name, axes.length === 3 ? permuted(values, axes) : Float32Array.from(values)]
      }),
  )
}

test.each(['tbd', 'bdt'] as const)('%s: the numbers of btd, elsewhere', (layout) => {
  for (const pass of PASSES) {
    const inputs = sampleInputs(PLAIN, pass, SEED)
    const problem = { ...PLAIN, layout }
    const wanted = arranged(reference(PLAIN, pass, inputs), problem, pass)
    const found = reference(problem, pass, arranged(inputs, problem, pass))
    for (const [name, values] of Object.entries(wanted)) expect(roundTo('f32', found[name]!), name).toEqual(values)
  }
})

test('packed inputs and their gradients are columns of one tensor', () => {
  const problem: Problem = { ...PLAIN, packed: ['hidden', 'gate'] }
  const beside = (hidden: ArrayLike<number>, gate: ArrayLike<number>): Float32Array =>
    Float32Array.from({ length: 2 * B * T * C }, (_, i) => {
      const [row, column] = [Math.floor(i / (2 * C)), i % (2 * C)]
      return column < C ? hidden[row * C + column]! : gate[row * C + column - C]!
    })
  for (const pass of PASSES) {
    const { hidden, gate, ...others } = sampleInputs(PLAIN, pass, SEED)
    const apart = reference(PLAIN, pass, { hidden: hidden!, gate: gate!, ...others })
    const found = reference(problem, pass, { packed: beside(hidden!, gate!), ...others })
    if (pass === 'forward') expect(found['h']).toEqual(apart['h'])
    else expect(roundTo('f32', found['dpacked']!)).toEqual(beside(apart['dhidden']!, apart['dgate']!))
  }
})

test('sequences of lengths of their own are as many problems of one sequence', () => {
  const starts = Float32Array.of(0, 4, 4, T)
  const problem: Problem = { ...PLAIN, cuSeqlens: true }
  const inputs: Tensors = { ...sampleInputs(problem, 'forward', SEED), cuSeqlens: starts }
  const found = reference(problem, 'forward', inputs)
  expect(found['lastState']!.slice(C, 2 * C), 'an empty sequence leaves its state').toEqual(
    Float64Array.from(inputs['h0']!.slice(C, 2 * C)),
  )
  for (const [sequence, from, to] of [
    [0, 0, 4],
    [2, 4, T],
  ] as const) {
    const rows = (name: string): Float32Array => inputs[name]!.slice(from * C, to * C)
    const single: Problem = { ...PLAIN, batch: 1, time: to - from }
    const h0 = inputs['h0']!.slice(sequence * C, (sequence + 1) * C)
    const alone = reference(single, 'forward', { gate: rows('gate'), hidden: rows('hidden'), h0 })
    expect(found['h']!.slice(from * C, to * C)).toEqual(alone['h'])
    expect(found['lastState']!.slice(sequence * C, (sequence + 1) * C)).toEqual(alone['lastState'])
  }
})

test.each([2, 4, 8])('checkpoints every %i steps give the gradients that h gives', (checkpoint) => {
  for (const resets of [false, true]) {
    const whole: Problem = { ...PLAIN, resets }
    const problem: Problem = { ...whole, checkpoint }
    const inputs = sampleInputs(whole, 'backward', SEED)
    const { h: _, h0, ...others } = inputs
    const { checkpoints } = reference(problem, 'forward', inputs)
    expect(checkpoints!.length).toBe(B * Math.ceil(T / checkpoint) * C)
    const wanted = reference(whole, 'backward', { ...others, h0: h0!, h: inputs['h']! })
    const found = reference(problem, 'backward', { ...others, checkpoints: Float32Array.from(checkpoints!) })
    for (const [name, values] of Object.entries(wanted))
      values.forEach((value, i) => expect(found[name]![i], `${name} ${i}`).toBeCloseTo(value, 6))
  }
})

test.each([2, 4, 8])('checkpoints every %i steps of sequences of lengths of their own', (K) => {
  const lengths = [0, 1, K - 1, K, 0, K + 1, 3 * K, 2 * K - 1, 1, 0]
  const starts = lengths.reduce((sums, length) => [...sums, sums.at(-1)! + length], [0])
  const time = starts.at(-1)!
  const whole: Problem = { ...PLAIN, batch: lengths.length, time, cuSeqlens: true, resets: true }
  const problem: Problem = { ...whole, checkpoint: K }
  const inputs: Tensors = { ...sampleInputs(whole, 'forward', SEED), cuSeqlens: Float32Array.from(starts) }
  const { h, checkpoints } = reference(problem, 'forward', inputs)

  // Row by row: the state before the last K steps of a sequence, before the last 2 K of it, and so on; then zeros.
  const rows = lengths.flatMap((length, i) => {
    const [first, end] = [starts[i]!, starts[i + 1]!]
    const initial = Float64Array.from(inputs['h0']!.subarray(i * C, (i + 1) * C))
    const stateBefore = (t: number): Float64Array => (t > first ? h!.subarray((t - 1) * C, t * C) : initial)
    const kept = Array.from({ length: Math.ceil(length / K) }, (_, k) =>
      stateBefore(Math.max(first, end - (k + 1) * K)),
    )
    const room = Math.floor(end / K) - Math.floor(first / K) + 1
    expect(room - kept.length, 'rows left over').toBeOneOf([0, 1])
    return room > kept.length ? [...kept, new Float64Array(C)] : kept
  })
  expect(rows.length).toBe(Math.floor(time / K) + lengths.length)
  expect(checkpoints).toEqual(Float64Array.from(rows.flatMap((row) => [...row])))

  const dh = Float32Array.from(inputs['gate']!)
  const outside = { ...inputs, dh, dLastState: Float32Array.from(inputs['h0']!) }
  const wanted = reference(whole, 'backward', { ...outside, h: Float32Array.from(h!) })
  const found = reference(problem, 'backward', { ...outside, checkpoints: Float32Array.from(checkpoints!) })
  for (const [name, values] of Object.entries(wanted))
    values.forEach((value, i) => expect(found[name]![i], `${name} ${i}`).toBeCloseTo(value, 6))
})

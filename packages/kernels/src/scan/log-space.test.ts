import { expect, test } from 'vitest'
import type { Tensors } from '../dtype.ts'
import type { Problem } from '../problem.ts'
import { reference } from '../pass.ts'
import { sampleInputs } from '../sample.ts'
import { relativeError } from '../tolerance.ts'

// minGRU, h' = σ(−gate) h + σ(gate) g(hidden), in two forms and with two kinds of arithmetic. docs/scan.md has the figures.

const SEEDS = [1, 2, 3, 4]
const CHANNELS = 4

/** What each operation gives is rounded by it. */
type Round = (x: number) => number

/** One channel over time. */
interface Channel {
  readonly gate: readonly number[]
  readonly hidden: readonly number[]
  readonly h0: number
}

function sigmoid(x: number, round: Round): number {
  return round(1 / round(1 + round(Math.exp(-x))))
}

/** log(1 + exp(x)), without overflow. */
function softplus(x: number, round: Round): number {
  return round(Math.max(x, 0) + round(Math.log1p(round(Math.exp(-Math.abs(x))))))
}

/** log(exp(x) + exp(y)), without overflow. */
function logAddExp(x: number, y: number, round: Round): number {
  return round(Math.max(x, y) + softplus(round(-Math.abs(round(x - y))), round))
}

/** What the kernels do: a state, multiplied and added to. */
function linear({ gate, hidden, h0 }: Channel, round: Round): readonly number[] {
  let h = h0
  return gate.map((k, t) => {
    const x = hidden[t]!
    const candidate = x < 0 ? sigmoid(x, round) : round(x + 0.5)
    const offset = round(sigmoid(k, round) * candidate)
    h = round(round(sigmoid(-k, round) * h) + offset)
    return h
  })
}

/**
 * The published parallel form (Heinsen, arXiv 2311.06281): with A the running sum of log a,
 * log h = A + logcumsumexp(log b − A), in which log h0 stands before the first step.
 */
function logSpace({ gate, hidden, h0 }: Channel, round: Round): readonly number[] {
  let sumOfLogs = 0
  let sumOfExps = round(Math.log(h0))
  return gate.map((k, t) => {
    const x = hidden[t]!
    const logCandidate = x < 0 ? round(-softplus(-x, round)) : round(Math.log(round(x + 0.5)))
    const logB = round(round(-softplus(-k, round)) + logCandidate)
    sumOfLogs = round(sumOfLogs - softplus(k, round))
    sumOfExps = logAddExp(sumOfExps, round(logB - sumOfLogs), round)
    return round(Math.exp(round(sumOfLogs + sumOfExps)))
  })
}

const FORMS = {
  'linear in float32': (channel: Channel) => linear(channel, Math.fround),
  'log space in float32': (channel: Channel) => logSpace(channel, Math.fround),
  'log space in float64': (channel: Channel) => logSpace(channel, (x) => x),
}

/** Of each form: the largest error of h against the float64 reference, relative to the largest h, for each seed. */
function errorsOf(time: number): Readonly<Record<keyof typeof FORMS, readonly number[]>> {
  const problem: Problem = { cell: 'mingru', dtype: 'f32', batch: 1, time, heads: 1, headDim: CHANNELS }
  const runs = SEEDS.map((seed) => {
    const inputs = sampleInputs(problem, 'forward', seed)
    return { inputs, exact: reference(problem, 'forward', inputs)['h']! }
  })
  const errors = Object.entries(FORMS).map(([name, form]) => [
    name,
    runs.map(({ inputs, exact }) => relativeError(statesOf(form, inputs, time), exact).value),
  ])
  return Object.fromEntries(errors)
}

function statesOf(form: (channel: Channel) => readonly number[], inputs: Tensors, time: number): Float64Array {
  const column = (name: string, c: number): readonly number[] =>
    Array.from({ length: time }, (_, t) => inputs[name]![t * CHANNELS + c]!)
  const h = new Float64Array(time * CHANNELS)
  for (let c = 0; c < CHANNELS; c++)
    form({ gate: column('gate', c), hidden: column('hidden', c), h0: inputs['h0']![c]! }).forEach(
      (value, t) => (h[t * CHANNELS + c] = value),
    )
  return h
}

test.each([
  { time: 4096, lost: 1e-4 },
  { time: 65536, lost: 1e-3 },
])('$time steps in float32: the linear form keeps its digits, log space loses them', { timeout: 60_000 }, (row) => {
  const errors = errorsOf(row.time)
  const texts = Object.entries(errors).map(([name, values]) => `${name} ${rangeText(values)}`)
  const about = `minGRU, ${row.time} steps, seeds ${SEEDS.join(' ')}: ${texts.join(', ')}`
  process.stdout.write(`${about}\n`)
  expect(Math.max(...errors['linear in float32']), about).toBeLessThan(5e-6)
  expect(Math.min(...errors['log space in float32']), about).toBeGreaterThan(row.lost)
  // The two are the same function: what log space loses, it loses by rounding.
  expect(Math.max(...errors['log space in float64']), about).toBeLessThan(1e-9)
})

function rangeText(values: readonly number[]): string {
  return `${Math.min(...values).toExponential(1)} to ${Math.max(...values).toExponential(1)}`
}

import { expect, test } from 'vitest'
import { backward, elman, forward, gru, lstm, slstm, slstmDetached } from './index.ts'
import type { RecurrentCell } from './index.ts'
import { expectClose } from './testing/expect-close.ts'

// A fixture small enough to be followed by hand: B = N = 1, D = 2, T = 3, zero initial state, g running over each
// cell's own gates; L = Σ_t Σ_d (1 + 0.5 d + 0.25 t) h_t[d]. The wanted figures were computed independently of this
// code and have nine digits behind the point.
const SIZES = { batch: 1, time: 3, heads: 1, headDim: 2 }
const NINE_DIGITS = 1e-9

const fixtures: readonly { cell: RecurrentCell; loss: number; last: number[]; dR: number[]; db: number[] }[] = [
  {
    cell: elman,
    loss: 2.802773909,
    last: [0.785922908, -0.459949377],
    dR: [0.666814975, 0.050544262, 2.183175461, 0.479790256],
    db: [1.251096687, 3.232926524],
  },
  {
    cell: gru,
    loss: 5.275951542,
    last: [0.880532703, 0.34949993],
    dR: [0.180600773, 0.15982433, 0.591310724, 0.581718615],
    db: [0.586407566, 1.534990927, 0.029619276, -0.224964792, -0.442075845, -0.164221518, 0.783052212, 2.469350466],
  },
  {
    cell: lstm,
    loss: 1.768287785,
    last: [0.208112919, 0.213712905, 0.793754993, 0.430531021],
    dR: [0.018151309, 0.016206904, 0.044710682, 0.037575438],
    db: [0.159023972, 0.350386613, 0.08199409, 0.25846903, 0.338529696, 0.747282985, 0.503606465, 0.601719757],
  },
  {
    cell: slstm,
    loss: 2.463950497,
    last: [0.227893561, 0.329556369, 1.257598615, 1.650187885, 1.676259831, 2.66967496, 0.840382412, -0.465984824],
    dR: [0.002381897, 0.001529265, -0.009893361, -0.020201628],
    db: [0, 0, -0.002379008, 0.087519776, 0.563095564, 1.083584216, 0.599099839, 0.940735835],
  },
]

test.each(fixtures)('$cell.name gives the figures of the small fixture', ({ cell, loss, last, dR, db }) => {
  const run = runFixture(cell)
  expect(Math.abs(run.loss - loss)).toBeLessThan(NINE_DIGITS)
  expectClose('lastStates', run.lastStates, last, NINE_DIGITS)
  expectClose('dR[0]', run.dR.subarray(0, 4), dR, NINE_DIGITS)
  expectClose('db', run.db, db, NINE_DIGITS)
})

test('detached from its stabiliser, slstm keeps a gradient of the input gate at the tie of the first step', () => {
  expectClose('db[0]', runFixture(slstmDetached).db.subarray(0, 2), [0.184429337, 0.422585664], NINE_DIGITS)
})

function runFixture(cell: RecurrentCell): {
  loss: number
  lastStates: Float64Array
  dR: Float64Array
  db: Float64Array
} {
  const [inputGates, recurrentGates, biasGates] = [cell.inputGates, cell.recurrentGates, cell.biasGates].map(
    (gates) => gates.length,
  ) as [number, number, number]
  const inputs = {
    Wx: fill([3, inputGates, 2], (t, g, d) => Math.sin(1 + 7 * t! + 3 * g! + d!)),
    R: fill([recurrentGates, 2, 2], (g, d, p) => 0.5 * Math.cos(5 * g! + 2 * d! + p!)),
    b: fill([biasGates, 2], (g, d) => 0.1 * (g! - d!)),
  }
  const weights = fill([3, 2], (t, d) => 1 + 0.5 * d! + 0.25 * t!)
  const { states, lastStates } = forward(cell, SIZES, inputs)
  const dStates = new Float64Array(states.length)
  dStates.set(weights)
  const { dR, db } = backward(cell, SIZES, inputs, states, dStates)
  return { loss: weights.reduce((sum, weight, index) => sum + weight * states[index]!, 0), lastStates, dR, db }
}

function fill(shape: readonly number[], value: (...indices: number[]) => number): Float64Array {
  const count = shape.reduce((product, length) => product * length, 1)
  return Float64Array.from({ length: count }, (_, flat) => {
    const indices = shape.map((length, axis) => {
      const inner = shape.slice(axis + 1).reduce((product, count) => product * count, 1)
      return Math.floor(flat / inner) % length
    })
    return value(...indices)
  })
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { upperEnvelope } from './envelope.mjs'

const SEED = 20261125

const costOf = (terms: number[][], values: number[], penalty: number, x: readonly number[]): number =>
  terms.reduce((sum, term, i) => {
    const over = term.reduce((total, t, k) => total + t * x[k]!, 0) - values[i]!
    return sum + (over > 0 ? over : -penalty * over)
  }, 0)

/** Points of 1 to 4 terms, of which the first is 1 everywhere, and what is measured at each. */
const points = fc
  .integer({ min: 1, max: 4 })
  .chain((width) =>
    fc.array(
      fc.record({
        rest: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: width - 1, maxLength: width - 1 }),
        value: fc.integer({ min: 0, max: 255 }),
      }),
      { minLength: 1, maxLength: 40 },
    ),
  )
  .map((list) => ({ terms: list.map(({ rest }) => [1, ...rest]), values: list.map(({ value }) => value) }))
  // A term that is 0 for every point has no constant.
  .filter(({ terms }) => terms[0]!.every((_, k) => terms.some((term) => term[k]! > 0)))

test('known constants come back from points without noise', () => {
  const known = [30.5, 4, 0, 1.25]
  const drawn = fc.sample(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 3, maxLength: 3 }), {
    numRuns: 200,
    seed: SEED,
  })
  const terms = drawn.map((rest) => [1, ...rest])
  const values = terms.map((term) => term.reduce((sum, t, k) => sum + t * known[k]!, 0))
  upperEnvelope({ terms, values, penalty: 99 }).forEach((constant, k) => expect(constant).toBeCloseTo(known[k]!, 6))
})

test('an underestimate that costs more than all overestimates together is never made', () => {
  fc.assert(
    fc.property(points, ({ terms, values }) => {
      const x = upperEnvelope({ terms, values, penalty: 1e6 })
      expect(Math.min(...x)).toBeGreaterThanOrEqual(0)
      for (const [i, term] of terms.entries())
        expect(term.reduce((sum, t, k) => sum + t * x[k]!, 0)).toBeGreaterThanOrEqual(values[i]! - 1e-3)
    }),
    { seed: SEED },
  )
})

test('no other constants cost less', () => {
  const moves = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(points, fc.array(moves, { minLength: 30, maxLength: 30 }), ({ terms, values }, tries) => {
      const x = upperEnvelope({ terms, values, penalty: 19 })
      const least = costOf(terms, values, 19, x)
      for (const move of tries)
        for (const scale of [0.01, 1, 20]) {
          const other = x.map((constant, k) => Math.max(0, constant + scale * move[k]!))
          expect(costOf(terms, values, 19, other)).toBeGreaterThanOrEqual(least - 1e-6 * (1 + least))
        }
    }),
    { seed: SEED },
  )
})

test('about one point in a hundred is left under the sum at a penalty of 99', () => {
  const uniform = fc.noBias(fc.integer({ min: 0, max: 40_000 }))
  const drawn = fc.sample(fc.tuple(uniform, uniform), { numRuns: 1000, seed: SEED })
  const terms = drawn.map(([t]) => [1, t / 1000])
  const values = drawn.map(([t, noise]) => 20 + (3 * t + noise) / 1000)
  const x = upperEnvelope({ terms, values, penalty: 99 })
  const under = values.filter((value, i) => x[0]! + x[1]! * terms[i]![1]! < value - 1e-6).length
  expect(under).toBeLessThanOrEqual(12)
  expect(under).toBeGreaterThanOrEqual(8)
})

test('a point of weight 0 asks to be covered and no more', () => {
  const terms = [
    [1, 0],
    [1, 10],
    [1, 20],
  ]
  const values = [10, 20, 100]
  const x = upperEnvelope({ terms, values, weights: [1, 1, 0], penalty: 1e6 })
  expect(x[0]! + 20 * x[1]!).toBeGreaterThanOrEqual(100 - 1e-6)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { upperEnvelope } from './envelope.mjs'

const SEED = 20261125

interface Point {
  readonly terms: readonly number[]
  readonly value: number
  readonly over: number
  readonly under: number
}

const sumOf = (terms: readonly number[], x: readonly number[]): number =>
  terms.reduce((total, term, k) => total + term * x[k]!, 0)

const costOf = (points: readonly Point[], x: readonly number[]): number =>
  points.reduce((sum, { terms, value, over, under }) => {
    const above = sumOf(terms, x) - value
    return sum + (above > 0 ? over * above : -under * above)
  }, 0)

const priced =
  (under: number) =>
  (terms: readonly number[], value: number): Point => ({ terms, value, over: 1, under })

/** Points of 1 to 4 terms, of which the first is 1 everywhere, with a value and prices each. */
const pointSets = fc.integer({ min: 0, max: 3 }).chain((width) =>
  fc.array(
    fc.record({
      terms: fc
        .array(fc.integer({ min: 0, max: 30 }), { minLength: width, maxLength: width })
        .map((rest) => [1, ...rest]),
      value: fc.integer({ min: 0, max: 255 }),
      over: fc.constantFrom(0, 1, 3),
      under: fc.constantFrom(0, 1, 19),
    }),
    { minLength: 1, maxLength: 40 },
  ),
)

test('known constants come back from points without noise', () => {
  const known = [30.5, 4, 0, 1.25]
  const drawn = fc.sample(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 3, maxLength: 3 }), {
    numRuns: 200,
    seed: SEED,
  })
  const points = drawn.map((rest) => priced(99)([1, ...rest], sumOf([1, ...rest], known)))
  upperEnvelope(points).forEach((constant: number, k: number) => expect(constant).toBeCloseTo(known[k]!, 6))
})

test('an underestimate that costs more than all overestimates together is never made', () => {
  fc.assert(
    fc.property(pointSets, (drawn) => {
      const points = drawn.map(({ terms, value, over }) => ({ terms, value, over: over + 1, under: 1e6 }))
      const x = upperEnvelope(points)
      expect(Math.min(...x)).toBeGreaterThanOrEqual(0)
      for (const { terms, value } of points) expect(sumOf(terms, x)).toBeGreaterThanOrEqual(value - 1e-3)
    }),
    { seed: SEED },
  )
})

test('no other constants cost less', () => {
  const moves = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(pointSets, fc.array(moves, { minLength: 30, maxLength: 30 }), (points, tries) => {
      const x: number[] = upperEnvelope(points)
      const least = costOf(points, x)
      for (const move of tries)
        for (const scale of [0.01, 1, 20]) {
          const other = x.map((constant, k) => Math.max(0, constant + scale * move[k]!))
          expect(costOf(points, other)).toBeGreaterThanOrEqual(least - 1e-6 * (1 + least))
        }
    }),
    { seed: SEED },
  )
})

test('about one point in a hundred is left under its sum at a price of 99 to 1', () => {
  const uniform = fc.noBias(fc.integer({ min: 0, max: 40_000 }))
  const drawn = fc.sample(fc.tuple(uniform, uniform), { numRuns: 1000, seed: SEED })
  const points = drawn.map(([t, noise]) => priced(99)([1, t / 1000], 20 + (3 * t + noise) / 1000))
  const x = upperEnvelope(points)
  const under = points.filter(({ terms, value }) => sumOf(terms, x) < value - 1e-6).length
  expect(under).toBeLessThanOrEqual(12)
  expect(under).toBeGreaterThanOrEqual(8)
})

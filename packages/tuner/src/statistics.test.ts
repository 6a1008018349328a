import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomOf } from './random.ts'
import { bootstrapMedian, measurementOf, median, quantile } from './statistics.ts'

test('quantiles are linear between neighbours', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
  expect(quantile([10, 20, 30], 0.25)).toBe(15)
  expect(quantile([7], 0.9)).toBe(7)
  expect(quantile([1, Infinity, Infinity], 0.75)).toBe(Infinity)
  expect(quantile([], 0.5)).toBeNaN()
})

test('a measurement keeps every run', () => {
  const durationsNs = [5, 1, 100, 3, 4]
  const measured = measurementOf({ durationsNs, clock: 'wall' })
  expect(measured).toEqual({ medianNs: 4, lowerQuartileNs: 3, upperQuartileNs: 5, leastNs: 1, runs: 5, clock: 'wall' })
})

test('the interval of a median lies around it, and inside the values', () => {
  const value = fc.double({ min: 0.1, max: 10, noNaN: true })
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 30 }), (values) => {
      const { median: middle, lower, upper } = bootstrapMedian(values, 0.95)
      expect(middle).toBe(median(values))
      expect(lower).toBeLessThanOrEqual(upper)
      expect(lower).toBeGreaterThanOrEqual(Math.min(...values))
      expect(upper).toBeLessThanOrEqual(Math.max(...values))
    }),
    { numRuns: 100 },
  )
})

test('the interval is that of a great many resamples', () => {
  const random = randomOf(3)
  const values = Array.from({ length: 21 }, () => random())
  const medians = Array.from({ length: 20_000 }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)]!)),
  ).toSorted((a, b) => a - b)
  const { lower, upper } = bootstrapMedian(values, 0.9)
  expect(lower).toBe(medians[1000])
  expect(upper).toBe(medians[19_000])
})

test('the 95 % interval holds the true median about 95 times of 100', () => {
  const random = randomOf(11)
  const holds = Array.from({ length: 300 }, () => {
    const values = Array.from({ length: 25 }, () => random())
    const { lower, upper } = bootstrapMedian(values, 0.95)
    return lower <= 0.5 && 0.5 <= upper
  }).filter(Boolean).length
  expect(holds).toBeGreaterThan(270)
  expect(holds).toBeLessThan(300)
})

test('the same seed gives the same numbers, another stream others', () => {
  const draw = (seed: number, stream?: number): readonly number[] => {
    const random = randomOf(seed, stream)
    return [random(), random(), random()]
  }
  expect(draw(1)).toEqual(draw(1))
  expect(draw(1)).not.toEqual(draw(2))
  expect(draw(1, 1)).not.toEqual(draw(1, 2))
})

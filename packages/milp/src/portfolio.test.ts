import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ModelError } from './errors.ts'
import { choosePortfolio } from './portfolio.ts'
import type { Times } from './portfolio.ts'

describe('choosePortfolio', () => {
  const SPECIALISTS_AND_ONE_FOR_ALL: Times = [
    [1, 9, 9],
    [9, 1, 9],
    [9, 9, 1],
    [2, 2, 2],
  ]

  test.each([
    [1, 6, 1],
    [2, 5, 2],
    [3, 3, 3],
    [4, 3, 3],
  ])('of at most %i reaches a total slowdown of %i with %i', async (most, totalSlowdown, count) => {
    const portfolio = await choosePortfolio(SPECIALISTS_AND_ONE_FOR_ALL, most)
    expect(portfolio).toMatchObject({ status: 'optimal', totalSlowdown, chosen: { length: count } })
  })

  test('a long problem counts no more than a short one', async () => {
    const times = [[100, 3], [150, 1]] // prettier-ignore
    expect(await choosePortfolio(times, 1)).toMatchObject({ chosen: [1], slowdowns: [1.5, 1], totalSlowdown: 2.5 })
  })

  test('names the problems that nothing runs', async () => {
    const times = [[1, Infinity, 2], [2, Infinity, 1]] // prettier-ignore
    expect(await choosePortfolio(times, 2)).toEqual({ status: 'infeasible', unserved: [1] })
  })

  test('says when too few are allowed', async () => {
    const times = [[1, Infinity], [Infinity, 1]] // prettier-ignore
    expect(await choosePortfolio(times, 1)).toEqual({ status: 'infeasible', unserved: [] })
    expect(await choosePortfolio(times, 2)).toMatchObject({ status: 'optimal', chosen: [0, 1], servedBy: [0, 1] })
  })

  test('agrees with brute force', async () => {
    const time = fc.oneof(
      { arbitrary: fc.integer({ min: 1, max: 12 }), weight: 5 },
      { arbitrary: fc.constant(Infinity), weight: 1 },
    )
    const times = fc
      .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 6 }))
      .chain(([rows, columns]) =>
        fc.array(fc.array(time, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
      )
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 1, max: 4 }), async (table, most) => {
        const best = bruteForce(table, most)
        const portfolio = await choosePortfolio(table, most)
        expect(portfolio.status).toBe(best === Infinity ? 'infeasible' : 'optimal')
        if (portfolio.status !== 'optimal') return
        expect(portfolio.totalSlowdown).toBeCloseTo(best, 9)
        expect(portfolio.chosen.length).toBeLessThanOrEqual(most)
        portfolio.servedBy.forEach((c) => expect(portfolio.chosen).toContain(c))
      }),
      { numRuns: 200 },
    )
  })

  test.each<[Times, number, string]>([
    [[[1, 0]], 1, 'portfolio: time of configuration 0 on problem 1 is 0; it has to be above 0, or Infinity where it does not run'],
    [[[1], [NaN]], 1, 'portfolio: time of configuration 1 on problem 0 is NaN; it has to be above 0, or Infinity where it does not run'],
    [[[1, 2], [1]], 1, 'portfolio: configuration 1 has 1 times, the first has 2; give every configuration a time for every problem'],
    [[[1]], 0, 'portfolio: at most 0 configurations are asked for; it has to be an integer of 1 or more'],
  ])('refuses %j with at most %i', async (times, most, message) => {
    await expect(choosePortfolio(times, most)).rejects.toThrow(new ModelError('E_MODEL', message))
  }) // prettier-ignore
})

function bruteForce(times: Times, most: number): number {
  const best = times[0]!.map((_, p) => Math.min(...times.map((row) => row[p]!)))
  const choices = Array.from({ length: 2 ** times.length }, (_, bits) => times.filter((_row, c) => (bits >> c) & 1))
  const totals = choices
    .filter((choice) => choice.length <= most && choice.length > 0)
    .map((choice) => best.reduce((total, least, p) => total + Math.min(...choice.map((row) => row[p]!)) / least, 0))
  // A problem that nothing runs makes NaN of Infinity / Infinity.
  return Math.min(...totals.map((total) => (Number.isNaN(total) ? Infinity : total)))
}

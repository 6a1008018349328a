import { expect, test } from 'vitest'
import { randomOf } from './random.ts'
import { verdictOf, type FinalRecord } from './verdict.ts'

const THRESHOLD = 0.99

/** Rounds of contenders with the given true durations: a drift that all share, noise of each, a coarse clock. */
function play(
  truths: readonly number[],
  options: { seed: number; noise: number; rounds?: number; quantum?: number; hasIncumbent?: boolean },
): FinalRecord {
  const { seed, noise, rounds = 20, quantum = 0, hasIncumbent = true } = options
  const random = randomOf(seed, 9)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const grid = (ns: number): number => (quantum === 0 ? ns : Math.floor(ns / quantum + random()) * quantum)
  return {
    hasIncumbent,
    contenders: truths.map((_, i) => ({ config: { A: i }, threads: 64 })),
    rounds: Array.from({ length: rounds }, (_, round) => {
      const drift = 1 + 0.3 * Math.sin(round / 3)
      return truths.map((truth) => grid(truth * drift * Math.exp(noise * normal())))
    }),
  }
}

const SEEDS = Array.from({ length: 150 }, (_, seed) => seed)

test('an equal incumbent is never replaced', () => {
  for (const seed of SEEDS) {
    const { isReplaced, winner } = verdictOf(play([1e6, 1e6, 1e6, 1e6, 1e6], { seed, noise: 0.1 }), THRESHOLD)
    expect({ seed, isReplaced, winner }).toEqual({ seed, isReplaced: false, winner: { A: 0 } })
  }
})

test('an equal incumbent is never replaced on a clock that counts in quanta of 65,536 ns', () => {
  for (const seed of SEEDS) {
    const record = play([3e5, 3e5, 3e5, 3e5], { seed, noise: 0.03, quantum: 65_536, rounds: 8 })
    expect({ seed, ...verdictOf(record, THRESHOLD) }).toMatchObject({ seed, isReplaced: false })
  }
})

test('an incumbent that is slower is replaced by the best within 2 %', () => {
  const truths = [1e6, 0.8e6, 0.95e6, 0.81e6, 1.1e6]
  for (const seed of SEEDS.slice(0, 50)) {
    const { winner, isReplaced } = verdictOf(play(truths, { seed, noise: 0.05, rounds: 50 }), THRESHOLD)
    expect(isReplaced).toBe(true)
    expect(truths[winner['A']!]! / 0.8e6).toBeLessThan(1.02)
  }
})

test('without an incumbent the best within 2 % wins', () => {
  const truths = [1e6, 0.97e6, 0.9e6, 0.905e6]
  for (const seed of SEEDS.slice(0, 50)) {
    const record = play(truths, { seed, noise: 0.03, rounds: 50, hasIncumbent: false })
    const { winner, isReplaced } = verdictOf(record, THRESHOLD)
    expect(isReplaced).toBe(false)
    expect(truths[winner['A']!]! / 0.9e6).toBeLessThan(1.02)
  }
})

test('a challenger that is better by less than the threshold does not win', () => {
  const record = play([1e6, 0.995e6], { seed: 1, noise: 0, rounds: 20 })
  expect(verdictOf(record, THRESHOLD)).toMatchObject({ isReplaced: false, ties: [{ A: 0 }, { A: 1 }] })
})

test('a clock that shows nothing makes all equal', () => {
  const record = { ...play([1, 1, 1], { seed: 1, noise: 0 }), rounds: [[0, 0, 0]] }
  expect(verdictOf(record, THRESHOLD)).toMatchObject({ winner: { A: 0 }, ties: [{ A: 0 }, { A: 1 }, { A: 2 }] })
})

test('a tie is broken by threads, then by name', () => {
  const record = play([1e6, 0.5e6, 0.5e6, 0.5e6], { seed: 1, noise: 0 })
  const threads = [64, 64, 32, 32]
  const contenders = record.contenders.map(({ config }, i) => ({ config, threads: threads[i]! }))
  expect(verdictOf({ ...record, contenders }, THRESHOLD).winner).toEqual({ A: 2 })
})

test('the same record gives the same verdict', () => {
  const record = play([1e6, 0.9e6, 0.91e6], { seed: 4, noise: 0.1 })
  expect(verdictOf(record, THRESHOLD)).toEqual(verdictOf(record, THRESHOLD))
})

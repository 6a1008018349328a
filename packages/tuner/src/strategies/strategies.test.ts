import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomOf } from '../random.ts'
import { keyOf, type Candidate, type Trial } from '../trial.ts'
import { STRATEGIES, strategyNames, type StrategyName } from './index.ts'
import { leadersOf } from './spread.ts'
import { tileSpaceOf } from './tile-space.ts'

// Two regions of tile shapes; the model ranks all of the first before the second.
const RANKED: readonly Candidate[] = [1, 2, 4, 8].flatMap((a, i) =>
  [1, 2, 3, 4, 5, 6].flatMap((b) =>
    [0, 1].map((c) => ({ config: { A: a, B: b, C: c }, objective: 100 * i + 10 * b + c })),
  ),
)

/** Everything that a strategy proposes until it stops, with durations by `truth`. */
function search(
  name: StrategyName,
  options: { ranked?: readonly Candidate[]; planned: number; seed?: number; truth?: (c: Candidate) => number },
): readonly Candidate[] {
  const { ranked = RANKED, planned, seed = 1, truth = () => 1 } = options
  const proposed: Candidate[] = []
  const trials: Trial[] = []
  for (;;) {
    const taken = new Set(proposed.map(({ config }) => keyOf(config)))
    const next = STRATEGIES[name]({ ranked, taken, trials, planned, random: randomOf(seed, taken.size) })
    if (!next) return proposed
    proposed.push(next)
    trials.push({ ...next, status: 'correct', timing: { durationsNs: [truth(next)], clock: 'wall', cut: false } })
  }
}

test('every strategy proposes every configuration once, whatever was planned', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...strategyNames()),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: RANKED.length }),
      fc.integer(),
      (name, planned, length, seed) => {
        const ranked = RANKED.slice(0, length)
        const keys = search(name, { ranked, planned, seed }).map(({ config }) => keyOf(config))
        expect(keys.toSorted()).toEqual(ranked.map(({ config }) => keyOf(config)).toSorted())
      },
    ),
    { numRuns: 60 },
  )
})

test('every strategy begins with the best under the model', () => {
  for (const name of strategyNames()) expect(search(name, { planned: 16 })[0]).toBe(RANKED[0])
})

test('the model strategy keeps the ranking', () => {
  expect(search('model', { planned: 16 })).toEqual(RANKED)
})

test('spread tries every region of the better half early, the ranking does not', () => {
  const regions = (name: StrategyName): number =>
    new Set(
      search(name, { planned: 16 })
        .slice(0, 8)
        .map(({ config }) => `${config['A']} ${config['C']}`),
    ).size
  expect(regions('spread')).toBe(4)
  expect(regions('model')).toBe(2)
})

test('spread turns to the neighbours of the fastest', () => {
  const target = RANKED.find(({ config }) => config['A'] === 2 && config['B'] === 4 && config['C'] === 1)!
  const space = tileSpaceOf(RANKED)
  const steps = (candidate: Candidate): number => space.steps(RANKED.indexOf(candidate), RANKED.indexOf(target))
  const proposed = search('spread', { planned: 16, truth: (candidate) => 1 + steps(candidate) })
  const distances = proposed.map(steps)
  expect(Math.min(...distances.slice(8, 12))).toBeLessThanOrEqual(1)
  for (const candidate of proposed.slice(8, 12)) expect(steps(candidate)).toBeLessThanOrEqual(3)
})

test('spread is the same for the same seed and history', () => {
  expect(search('spread', { planned: 24, seed: 7 })).toEqual(search('spread', { planned: 24, seed: 7 }))
  expect(search('spread', { planned: 24, seed: 7 })).not.toEqual(search('spread', { planned: 24, seed: 8 }))
})

test('leaders are as many as asked for, and distinct', () => {
  for (const quota of [1, 2, 5, 20]) {
    const leaders = leadersOf(RANKED, quota)
    expect(new Set(leaders).size).toBe(quota)
    expect(leaders[0]).toBe(RANKED[0])
  }
  expect(leadersOf(RANKED.slice(0, 3), 8)).toHaveLength(3)
})

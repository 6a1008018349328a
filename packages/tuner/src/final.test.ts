import { expect, test } from 'vitest'
import { contendersOf } from './final.ts'
import { QUICK } from './fixture.ts'
import type { Trial } from './trial.ts'

const TRIALS: readonly Trial[] = [9, 4, 5, 6, 7, 8, 3, 2, 1].map((ms, i) => ({
  config: { A: i },
  status: 'correct',
  timing: { durationsNs: [ms * 1e6], clock: 'wall', cut: false },
}))

function seats(budgetMs: number, change: { trials?: readonly Trial[]; incumbent?: Trial } = {}): readonly number[] {
  const { trials = TRIALS, incumbent = TRIALS[1] } = change
  const protocol = { ...QUICK.final, contenders: 3, burstMs: 1, leastRounds: 5 }
  const chosen = contendersOf(trials, { incumbent, first: TRIALS[0], protocol, budgetMs })
  return chosen.map(({ config }) => config['A']!)
}

test('the incumbent, the best medians and the first of the model take part', () => {
  expect(seats(60_000)).toEqual([1, 8, 7, 6, 0])
  expect(seats(60_000, { incumbent: TRIALS[8]! })).toEqual([8, 7, 6, 0])
})

test('what is wrong or was cut does not', () => {
  const cut = TRIALS.map((trial, i) => (i === 8 ? { ...trial, timing: { ...trial.timing!, cut: true } } : trial))
  const wrong = cut.map((trial, i) => (i === 7 ? { ...trial, status: 'correctness' as const } : trial))
  expect(seats(60_000, { trials: wrong })).toEqual([1, 6, 2, 0])
})

test('a small budget seats fewer, the incumbent and the best at the last, and one of nothing none', () => {
  // A round of the incumbent (4 ms) and the best (1 ms) takes 2 × 6 × 5 ms, and there are at least 5.
  expect(seats(300)).toEqual([1, 8])
  expect(seats(299)).toEqual([])
  expect(seats(0)).toEqual([])
  expect(seats(500)).toEqual([1, 8, 7])
})

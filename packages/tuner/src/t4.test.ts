import { expect, test } from 'vitest'
import { toT4 } from './t4.ts'

const CONFIG = { ITEMS: 4 }

test('a trial in the words and units of the T4 format', () => {
  const timing = { durationsNs: [3e6, 1e6, 2e6], clock: 'wall', cut: false } as const
  const { results, schema_version } = toT4([
    { config: CONFIG, status: 'correct', compileMs: 12, objective: 7, timing },
    { config: CONFIG, status: 'compile', reason: 'spills' },
    { config: CONFIG, status: 'correct', reason: 'unchecked', objective: 9 },
  ])
  expect(schema_version).toBe('1.0.0')
  expect(results[0]).toEqual({
    configuration: CONFIG,
    times: { compilation_time: 12, runtimes: [3, 1, 2], framework: 0, search_algorithm: 0, validation: 0 },
    invalidity: 'correct',
    correctness: 1,
    measurements: [
      { name: 'time', value: 2, unit: 'ms' },
      { name: 'model', value: 7, unit: '' },
    ],
    objectives: ['time'],
  })
  expect(results[1]).toMatchObject({ invalidity: 'compile', correctness: 0, measurements: [] })
  expect(results[2]).toMatchObject({ correctness: 0, objectives: ['model'] })
})

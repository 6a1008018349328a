import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { evaluate, parse } from '@tilewright/solver'
import { expect, test } from 'vitest'
import { fitted } from './constants.mjs'
import { readPoints } from './data-file.mjs'
import { FAMILIES } from './families.mjs'
import { constantsFile, constantsOf } from './rules.mjs'

test.each(FAMILIES)('the constants of $name are what the fit makes of the measured points', (family) => {
  const { id } = family
  const names: string[] = constantsOf(id)
  const stored = evaluate(parse(readFileSync(fileURLToPath(constantsFile(id)), 'utf8')), {}, names)
  const { constants, residuals } = fitted(family, readPoints(id))
  expect(constants).toEqual(stored)
  expect(residuals.points).toBeGreaterThan(300)
  // The promise: what needs no more registers than a block's threads have does not spill.
  expect(residuals.admittedAndSpilling).toBeLessThanOrEqual(residuals.points / 100)
  expect(residuals.covered).toBeGreaterThan(0.95 * residuals.points)
})

test('points that need 40 registers more make constants that say so', () => {
  const [family] = FAMILIES
  const points: { least: number[] }[] = readPoints(family.id).filter(({ least }) => Math.max(...least) <= 215)
  const more = points.map((point) => ({ ...point, least: point.least.map((n) => n + 40) }))
  const constants = fitted(family, points).constants
  expect(fitted(family, more).constants.THREAD_16_BIT).toBeGreaterThan(constants.THREAD_16_BIT + 2000)
})

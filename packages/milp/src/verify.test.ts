import { describe, expect, test } from 'vitest'
import { ModelError } from './errors.ts'
import { ModelBuilder } from './model.ts'
import { verified } from './verify.ts'

const MODEL = new ModelBuilder('m')
  .variable('n', { upper: 5, integer: true })
  .variable('k', { upper: 5, integer: true })
  .variable('x', { upper: 2 })
  .row('whole', [[2, 'n'], [3, 'k']], '<=', 7)
  .row('mixed', [[1, 'n'], [1, 'x']], '>=', 1)
  .minimise([[1, 'n'], [1, 'x']]) // prettier-ignore

describe('an answer', () => {
  test('that holds is returned with whole integers', () => {
    expect(verified(MODEL, { z: 2.5, vars: { n: 2.000001, k: 1, x: 0.5 } })).toEqual({
      objective: 2.5,
      values: { n: 2, k: 1, x: 0.5 },
    })
  })

  test.each([
    [{ z: 2, vars: { n: 2, k: 2, x: 0 } }, "m: row whole: GLPK's answer gives 10, which is not <= 7; the model is too badly scaled for it"],
    [{ z: 0.5, vars: { n: 0, k: 0, x: 0.5 } }, "m: row mixed: GLPK's answer gives 0.5, which is not >= 1; the model is too badly scaled for it"],
    [{ z: 0, vars: { n: 0.5, k: 0, x: 0.5 } }, "m: n: GLPK's answer for an integer variable is 0.5; the model is too badly scaled for it"],
    [{ z: 6, vars: { n: 0, k: 6, x: 0 } }, "m: k: GLPK's answer is 6, which is outside 0 to 5; the model is too badly scaled for it"],
    [{ z: 3, vars: { n: 1, k: 0, x: 2.5 } }, "m: x: GLPK's answer is 2.5, which is outside 0 to 2; the model is too badly scaled for it"],
    [{ z: NaN, vars: { n: 1, k: 0, x: NaN } }, "m: x: GLPK's answer is NaN, which is outside 0 to 2; the model is too badly scaled for it"],
    [{ z: 9, vars: { n: 1, k: 0, x: 0 } }, 'm: GLPK states the objective 9, its values give 1; the model is too badly scaled for it'],
  ])('that does not hold is an error: %#', (answer, message) => {
    expect(() => verified(MODEL, answer)).toThrow(new ModelError('E_MISMATCH', message))
  }) // prettier-ignore
})

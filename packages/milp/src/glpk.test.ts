import { describe, expect, test } from 'vitest'
import { glpkModel, isAbort, withGlpk } from './glpk.ts'
import { ModelBuilder } from './model.ts'
import { solve } from './solve.ts'
import type { LinearModel } from './model.ts'

const MODEL = new ModelBuilder('m')
  .variable('x')
  .row('r', [[1, 'x']], '>=', 2)
  .minimise([[1, 'x']])

// What GLPK does with models that the builder refuses. If one of these tests fails, GLPK has become kinder.
describe('GLPK by itself', () => {
  test('aborts on a variable that stands twice in a row, and the next call has a fresh instance', async () => {
    const twice: LinearModel = { ...MODEL, rows: [{ ...MODEL.rows[0]!, terms: [[1, 'x'], [1, 'x']] }] } // prettier-ignore
    const first = await withGlpk((glpk) => glpk)
    const aborted = await withGlpk((glpk) => glpk.solve(glpkModel(glpk, twice))).catch((cause: unknown) => cause)
    expect(isAbort(aborted)).toBe(true)
    expect(await withGlpk((glpk) => glpk)).not.toBe(first)
    expect(await solve(MODEL)).toMatchObject({ status: 'optimal', objective: 2 })
  })

  test('an error that is not an abort keeps the instance', async () => {
    const first = await withGlpk((glpk) => glpk)
    await expect(
      withGlpk(() => {
        throw new Error('ours')
      }),
    ).rejects.toThrow('ours')
    expect(await withGlpk((glpk) => glpk)).toBe(first)
  })

  test('makes a variable of a name that was never declared', async () => {
    const unknown: LinearModel = { ...MODEL, rows: [{ ...MODEL.rows[0]!, terms: [[1, 'y']] }] }
    const { result } = await withGlpk((glpk) => glpk.solve(glpkModel(glpk, unknown)))
    expect(result).toMatchObject({ status: 5, vars: { x: 0, y: 2 } })
  })

  test('calls an infeasible linear model undefined with its presolver, an infeasible integer model without', async () => {
    const infeasible = new ModelBuilder('m').variable('x').row('r', [[1, 'x']], '<=', -1).minimise([[1, 'x']]) // prettier-ignore
    const integers = { ...infeasible, variables: [{ ...infeasible.variables[0]!, integer: true }] }
    const status = (model: LinearModel, presol: boolean): Promise<number> =>
      withGlpk((glpk) => glpk.solve(glpkModel(glpk, model), { msglev: glpk.GLP_MSG_OFF, presol }).result.status)
    expect([await status(infeasible, true), await status(infeasible, false)]).toEqual([1, 4])
    expect([await status(integers, true), await status(integers, false)]).toEqual([4, 1])
  })

  test('calls an integer variable with a fractional bound undefined', async () => {
    const fractional = { ...MODEL, variables: [{ name: 'x', lower: 0.5, upper: 9, integer: true }] }
    const { result } = await withGlpk((glpk) =>
      glpk.solve(glpkModel(glpk, fractional), { msglev: glpk.GLP_MSG_OFF, presol: true }),
    )
    expect(result.status).toBe(1)
  })
})

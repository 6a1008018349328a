import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import createBrowserGlpk from 'glpk.js'
import { describe, expect, test } from 'vitest'
import { glpkModel, isAbort, withGlpk } from './glpk.ts'
import { ModelBuilder } from './model.ts'
import { solve } from './solve.ts'
import type { LinearModel, Term } from './model.ts'

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
    expect([await statusOf(infeasible, true), await statusOf(infeasible, false)]).toEqual([1, 4])
    expect([await statusOf(whole(infeasible), true), await statusOf(whole(infeasible), false)]).toEqual([4, 1])
  })

  test('calls an integer variable with a fractional bound undefined', async () => {
    const fractional = { ...MODEL, variables: [{ name: 'x', lower: 0.5, upper: 9, integer: true }] }
    const { result } = await withGlpk((glpk) =>
      glpk.solve(glpkModel(glpk, fractional), { msglev: glpk.GLP_MSG_OFF, presol: true }),
    )
    expect(result.status).toBe(1)
  })

  test('calls an unbounded model undefined with its presolver, and every unbounded integer model', async () => {
    const unbounded: LinearModel = { ...MODEL, direction: 'maximise' }
    expect([await statusOf(unbounded, true), await statusOf(unbounded, false)]).toEqual([1, 6])
    expect([await statusOf(whole(unbounded), true), await statusOf(whole(unbounded), false)]).toEqual([1, 1])
  })

  test('calls crossed bounds undefined, not infeasible', async () => {
    const crossed = { ...MODEL, variables: [{ ...MODEL.variables[0]!, lower: 5, upper: 3 }] }
    expect([await statusOf(crossed, true), await statusOf(crossed, false)]).toEqual([1, 1])
    expect([await statusOf(whole(crossed), true), await statusOf(whole(crossed), false)]).toEqual([1, 1])
  })

  test('calls an answer optimal where a number of the model is NaN', async () => {
    const side: LinearModel = { ...MODEL, rows: [{ ...MODEL.rows[0]!, side: NaN }] }
    const bound = { ...MODEL, variables: [{ ...MODEL.variables[0]!, lower: NaN, upper: 9 }] }
    const cost: LinearModel = { ...MODEL, objective: [[NaN, 'x']] }
    expect(await resultOf(side, false)).toMatchObject({ status: 5, vars: { x: 0 } })
    expect(await statusOf(bound, false)).toBe(5)
    expect(await resultOf(cost, true)).toMatchObject({ status: 5, z: NaN })
  })

  test('says feasible, not optimal, inside a gap that was asked for', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `i${i}`)
    const builder = new ModelBuilder('gap')
    for (const name of names) builder.binary(name)
    const weights = names.map((name, i): Term => [1000 + ((i * 7919) % 61), name])
    const model = builder.row('capacity', weights, '<=', 20_501).maximise(weights)
    const { result } = await withGlpk((glpk) =>
      glpk.solve(glpkModel(glpk, model), { msglev: glpk.GLP_MSG_OFF, presol: true, mipgap: 0.2 }),
    )
    expect(result.status).toBe(2)
    // A gap is not asked for by `solve`, so what it calls optimal is.
    expect(await solve(model)).toMatchObject({ status: 'optimal', objective: 20_501 })
  })

  test('has no duals of integer models', async () => {
    expect(await resultOf(MODEL, true)).toHaveProperty('dual')
    expect(await resultOf(whole(MODEL), true)).not.toHaveProperty('dual')
  })

  test('turns its presolver off where a callback is given, and calls none for integers', async () => {
    const infeasible: LinearModel = { ...MODEL, rows: [{ ...MODEL.rows[0]!, relation: '<=', side: -1 }] }
    let calls = 0
    const called = (model: LinearModel): Promise<number> =>
      withGlpk((glpk) => {
        const cb = { call: (): unknown => (calls += 1), each: 1 }
        return glpk.solve(glpkModel(glpk, model), { msglev: glpk.GLP_MSG_OFF, presol: true, cb }).result.status
      })
    // 4 is what it says without the presolver, 1 with it.
    expect(await called(infeasible)).toBe(4)
    expect(await called(MODEL)).toBe(5)
    const callsOfReals = calls
    expect(callsOfReals).toBeGreaterThan(0)
    expect(await called(whole(MODEL))).toBe(5)
    expect(calls).toBe(callsOfReals)
  })

  test.each([
    ['a column of 256 bytes', renamed('x'.repeat(256))],
    ['a column of 255 characters and more bytes', renamed(`${'x'.repeat(254)}é`)],
    ['a row with a line break', { ...MODEL, rows: [{ ...MODEL.rows[0]!, name: 'r\n' }] }],
    ['a model of 256 bytes', { ...MODEL, name: 'm'.repeat(256) }],
    ['no variables', { ...MODEL, objective: [], rows: [], variables: [] }],
  ])('aborts on %s', async (_, model) => {
    const aborted = await withGlpk((glpk) => glpk.solve(glpkModel(glpk, model))).catch((cause: unknown) => cause)
    expect(isAbort(aborted)).toBe(true)
  })

  test('takes a name of 255 bytes', async () => {
    expect(await statusOf(renamed('x'.repeat(255)), true)).toBe(5)
  })

  test("has the browser's build as its default entry, which does not start in Node", async () => {
    await expect((async () => createBrowserGlpk())()).rejects.toThrow('Worker is not defined')
  })

  test('works in a worker thread', async () => {
    const entry = pathToFileURL(createRequire(import.meta.url).resolve('glpk.js/node')).href
    const code = `import(${JSON.stringify(entry)}).then(async ({ default: createGlpk }) => {
      const vars = [{ name: 'x', coef: 1 }]
      const row = { name: 'r', vars, bnds: { type: 2, lb: 2, ub: 0 } }
      const model = { name: 'm', objective: { direction: 1, name: 'o', vars }, subjectTo: [row] }
      require('node:worker_threads').parentPort.postMessage((await createGlpk()).solve(model, 0).result)
    })`
    const worker = new Worker(code, { eval: true })
    const result = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
    await worker.terminate()
    expect(result).toMatchObject({ status: 5, z: 2 })
  })
})

function resultOf(model: LinearModel, presol: boolean): Promise<object & { readonly status: number }> {
  return withGlpk((glpk) => glpk.solve(glpkModel(glpk, model), { msglev: glpk.GLP_MSG_OFF, presol }).result)
}

async function statusOf(model: LinearModel, presol: boolean): Promise<number> {
  return (await resultOf(model, presol)).status
}

function whole(model: LinearModel): LinearModel {
  return { ...model, variables: model.variables.map((variable) => ({ ...variable, integer: true })) }
}

function renamed(name: string): LinearModel {
  const terms: readonly Term[] = [[1, name]]
  return {
    ...MODEL,
    objective: terms,
    rows: [{ ...MODEL.rows[0]!, terms }],
    variables: [{ ...MODEL.variables[0]!, name }],
  }
}

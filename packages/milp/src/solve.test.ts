import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ModelBuilder } from './model.ts'
import type { LinearModel, Relation, Term } from './model.ts'
import { solve } from './solve.ts'

describe('solve', () => {
  test('a knapsack', async () => {
    const model = new ModelBuilder('knapsack')
      .variable('a', { upper: 3, integer: true })
      .binary('b')
      .row('weight', [[2, 'a'], [3, 'b']], '<=', 7)
      .maximise([[5, 'a'], [4, 'b']]) // prettier-ignore
    expect(await solve(model)).toEqual({ status: 'optimal', objective: 15, values: { a: 3, b: 0 } })
  })

  test.each([false, true])('says infeasible, with integers: %s', async (integer) => {
    const model = new ModelBuilder('m').variable('x', { integer }).row('r', [[1, 'x']], '<=', -1).minimise([[1, 'x']]) // prettier-ignore
    expect(await solve(model)).toEqual({ status: 'infeasible' })
  })

  test.each([false, true])('says unbounded, with integers: %s', async (integer) => {
    const model = new ModelBuilder('m').variable('x', { integer }).maximise([[1, 'x']])
    expect(await solve(model)).toEqual({ status: 'unbounded' })
  })

  test('an unbounded relaxation without an integer point is infeasible', async () => {
    const model = new ModelBuilder('m')
      .variable('x', { integer: true })
      .variable('y', { integer: true })
      .row('parity', [[2, 'y']], '=', 3)
      .maximise([[1, 'x']])
    expect(await solve(model)).toEqual({ status: 'infeasible' })
  })

  test('a variable that nothing mentions keeps within its bounds', async () => {
    const model = new ModelBuilder('m').variable('x', { lower: 2, upper: 3 }).binary('b').minimise([])
    expect(await solve(model)).toMatchObject({ status: 'optimal', values: { x: 2, b: 0 } })
  })

  test('bounds below zero and none at all are kept', async () => {
    const model = new ModelBuilder('m')
      .variable('x', { lower: -Infinity })
      .variable('y', { lower: -Infinity, upper: -2 })
      .row('r', [[1, 'x'], [-1, 'y']], '>=', -3)
      .row('s', [[1, 'y']], '>=', -5)
      .minimise([[1, 'x']]) // prettier-ignore
    expect(await solve(model)).toMatchObject({ status: 'optimal', objective: -8 })
  })

  test('a model without variables is what its rows are', async () => {
    const empty = (relation: Relation, side: number): Promise<unknown> =>
      solve(new ModelBuilder('m').row('r', [], relation, side).minimise([]))
    const holds = { status: 'optimal', objective: 0, values: {} }
    const not = { status: 'infeasible' }
    expect([await empty('<=', 1), await empty('>=', 0), await empty('=', 0)]).toEqual([holds, holds, holds])
    expect([await empty('<=', -1), await empty('>=', 1), await empty('=', 1)]).toEqual([not, not, not])
  })

  test('a model that has points is not called infeasible when the time runs out', async () => {
    const model = hardKnapsack(60)
    const solution = await solve(model, { limitSeconds: 1 })
    expect(['optimal', 'feasible', 'unknown']).toContain(solution.status)
    if ('objective' in solution) expect(solution.objective).toBeLessThanOrEqual(model.rows[0]!.side)
  })

  test('a model that cannot be refuted in time is not called unbounded or solved', async () => {
    // Jeroslow: twice the sum of 41 binaries is never odd, but branch and bound has to fix half of them to see it.
    const builder = new ModelBuilder('jeroslow')
    const items = Array.from({ length: 41 }, (_, i): Term => [2, `i${i}`])
    for (const [, name] of items) builder.binary(name)
    const model = builder.row('odd', items, '=', 41).minimise(items)
    const solution = await solve(model, { limitSeconds: 1 })
    expect(['unknown', 'infeasible']).toContain(solution.status)
  })

  test('agrees with brute force on integer models of three variables', async () => {
    await fc.assert(
      fc.asyncProperty(integerModel(), async (model) => {
        const best = bruteForce(model)
        const solution = await solve(model)
        expect(solution.status).toBe(best === undefined ? 'infeasible' : 'optimal')
        if (solution.status === 'optimal') expect(solution.objective).toBe(best)
      }),
      { numRuns: 300 },
    )
  })
})

const NAMES = ['x', 'y', 'z'] as const

function integerModel(): fc.Arbitrary<LinearModel> {
  const coefficient = fc.integer({ min: -4, max: 4 })
  const sum = fc.array(fc.tuple(coefficient, fc.constantFrom(...NAMES)), { maxLength: 5 })
  const row = fc.record({
    sum,
    relation: fc.constantFrom<Relation>('<=', '>=', '='),
    side: fc.integer({ min: -9, max: 9 }),
  })
  const bound = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 4 }))
  const model = fc.record({
    bounds: fc.tuple(bound, bound, bound),
    rows: fc.array(row, { maxLength: 4 }),
    sum,
    down: fc.boolean(),
  })
  return model.map(({ bounds, rows, sum: objective, down }) => {
    const builder = new ModelBuilder('random')
    NAMES.forEach((name, i) => {
      const [lower, extent] = bounds[i]!
      builder.variable(name, { lower, upper: lower + extent, integer: true })
    })
    rows.forEach((one, i) => builder.row(`r${i}`, one.sum, one.relation, one.side))
    return down ? builder.minimise(objective) : builder.maximise(objective)
  })
}

function bruteForce(model: LinearModel): number | undefined {
  const [x, y, z] = model.variables.map(({ lower, upper }) =>
    Array.from({ length: upper - lower + 1 }, (_, i) => lower + i),
  )
  const points = x!.flatMap((a) => y!.flatMap((b) => z!.map((c) => ({ x: a, y: b, z: c }))))
  const at = (terms: readonly Term[], point: Record<string, number>): number =>
    terms.reduce((total, [coefficient, name]) => total + coefficient * point[name]!, 0)
  const legal = points.filter((point) =>
    model.rows.every(({ terms, relation, side }) => {
      const value = at(terms, point)
      return relation === '<=' ? value <= side : relation === '>=' ? value >= side : value === side
    }),
  )
  const values = legal.map((point) => at(model.objective, point))
  if (values.length === 0) return undefined
  // 0 and -0 are one objective.
  return (model.direction === 'minimise' ? Math.min(...values) : Math.max(...values)) + 0
}

// Weights that are equal but for a little: branch and bound has nothing to hold on to.
function hardKnapsack(count: number): LinearModel {
  const builder = new ModelBuilder('hard')
  const items = Array.from({ length: count }, (_, i): Term => [1000 + ((i * 7919) % 61), `i${i}`])
  for (const [, name] of items) builder.binary(name)
  return builder.row('capacity', items, '<=', 500 * count + 501).maximise(items)
}

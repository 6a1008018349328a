import { readFileSync } from 'node:fs'
import { all, bind, minimise, parse, readSearchSpace, violated } from '@tilewright/solver'
import type { Configuration, Space } from '@tilewright/solver'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Costs, CostTable } from './costs.ts'
import { decode, encode, minimiseSeparable } from './encode.ts'
import { ModelError } from './errors.ts'
import { solve } from './solve.ts'

const AREA = 'param A in 1..4\nparam B in 1..4\nrule "area" : A * B >= 6'
const spaceOf = (text: string): Space => bind(parse(text), {})

describe('the encoding', () => {
  test('has a binary for each value and a column for each combination that a rule allows', () => {
    const { model, selectors } = encode(spaceOf(`${AREA}\nrule "small" : A <= 3`), { params: { A: (a) => a } })
    const binaries = model.variables.filter(({ integer }) => integer).map(({ name }) => name)
    expect(binaries).toEqual(['A = 1', 'A = 2', 'A = 3', 'B = 1', 'B = 2', 'B = 3', 'B = 4'])
    expect(selectors.map((names) => [...names.keys()])).toEqual([[1, 2, 3], [1, 2, 3, 4]]) // prettier-ignore
    // (2, 3), (2, 4), (3, 2), (3, 3), (3, 4)
    expect(model.variables.length - binaries.length).toBe(5)
    expect(model.rows).toHaveLength(2 + 7)
  })

  test('puts rules and costs of the same parameters, or of a part of them, into one table', () => {
    const text = `${AREA}\nparam C in 1..2\nrule "sum" : A + B <= 6\nrule "three" : A + B + C >= 5\nrule "also" : C < A`
    const costs: Costs = { tables: [{ params: ['B', 'A'], rows: [[3, 2, 7], [2, 3, 5], [4, 2, 1]] }] } // prettier-ignore
    const { model } = encode(spaceOf(text), costs)
    const columns = model.variables.filter(({ integer }) => !integer).map(({ name }) => name)
    // A = 2 and C = 1, or A = 3 and C = 1 or 2; three pairs of A and B have a cost.
    expect(columns).toEqual(['table 0 tuple 0', 'table 0 tuple 1', 'table 0 tuple 2', 'table 0 tuple 3'])
  })

  test('decodes a solution, and refuses what is none', async () => {
    const encoding = encode(spaceOf(AREA), { params: { A: (a) => a * a, B: (b) => 2 * b } })
    const solution = await solve(encoding.model)
    if (solution.status !== 'optimal') throw new Error(solution.status)
    expect(decode(encoding, solution.values)).toEqual({ A: 2, B: 3 })
    const refused = (values: Record<string, number>, message: string): void =>
      expect(() => decode(encoding, values)).toThrow(new ModelError('E_MISMATCH', message))
    refused({ 'B = 1': 1 }, 'decode: A has no value; pass the values of a solution of this model')
    refused(
      { ...solution.values, 'A = 4': 1 },
      'decode: A has the values 2, 4; pass the values of a solution of this model',
    )
    refused({ 'A = 1': 1, 'B = 1': 1 }, 'decode: the configuration breaks "area"; the encoding or GLPK is wrong')
  })

  test.each<[string, Costs, object, string]>([
    ['param A in 1..\nrule "end" : A < 5', {}, {}, 'encode: the domain of A has no end or is too large to list; every value becomes a column, so give it fewer'],
    [AREA, {}, { mostTuples: 7 }, 'encode: "area" over A, B: more than 7 combinations are allowed; raise mostTuples, or use the solver\'s minimise'],
    [AREA, {}, { mostTuples: 0 }, 'encode: at most 0 combinations are asked for; it has to be an integer of 1 or more'],
    ['param A in 1..1001\nparam B in 1..1000\nrule "r" : A < B', {}, {}, 'encode: "r" over A, B: 1001000 combinations would be tested, more than 1000000; use the solver\'s minimise'],
    [AREA, { params: { C: () => 1 } }, {}, 'costs of C: the space has no parameter C; give costs to parameters only'],
    [AREA, { params: { A: () => NaN } }, {}, 'costs of A: the cost in row 0 is NaN; leave out what must not be chosen'],
    [AREA, { params: { A: new Map([[2, Infinity]]) } }, {}, 'costs of A: the cost in row 0 is Infinity; leave out what must not be chosen'],
    [AREA, { tables: [{ params: ['A', 'A'], rows: [] }] }, {}, 'cost table 0: parameter A stands twice; name it once'],
    [AREA, { tables: [{ params: ['A', 'B'], rows: [[1, 2]] }] }, {}, 'cost table 0: row 0 has 2 numbers for 2 parameters; give each a value, and then the cost'],
    [AREA, { tables: [{ params: ['B'], rows: [[1, 2], [1, 2]] }] }, {}, 'cost table 0: row 1 has the values of an earlier row; give each combination one cost'],
  ])('refuses: %#', (text, costs, options, message) => {
    expect(() => encode(spaceOf(text), costs, options)).toThrow(new ModelError('E_MODEL', message))
  }) // prettier-ignore

  test('takes as many combinations as it is allowed', () => {
    expect(() => encode(spaceOf(AREA), {}, { mostTuples: 8 })).not.toThrow()
  })
})

describe('minimiseSeparable', () => {
  test('sums costs of values, combinations and a constant', async () => {
    const costs: Costs = {
      params: { A: (a) => a * a },
      tables: [{ params: ['B', 'A'], rows: [[3, 2, 1], [2, 3, -9], [9, 9, -99]] }, { params: [], rows: [[100]] }],
    } // prettier-ignore
    const optimum = { status: 'optimal', configuration: { A: 3, B: 2 }, objective: 100 }
    expect(await minimiseSeparable(spaceOf(AREA), costs)).toEqual(optimum)
  })

  test('takes costs that are no integers', async () => {
    const found = await minimiseSeparable(spaceOf(AREA), { params: { A: (a) => a / 10, B: (b) => 0.1 + 1 / b } })
    expect(found).toMatchObject({ status: 'optimal', configuration: { A: 2, B: 4 } })
    if (found.status === 'optimal') expect(found.objective).toBeCloseTo(0.55, 12)
  })

  test.each<[string, Costs]>([
    [`${AREA}\nrule "never" : A * B > 16`, {}],
    ['param A in 1..3\nrule "one" : A > 3', {}],
    ['param A in 1..3\nrule "constant" : 2 < 1', {}],
    ['param A in 3..1\nparam B in 1..2', {}],
    [AREA, { params: { A: new Map([[1, 5]]) } }],
    [AREA, { tables: [{ params: [], rows: [] }] }],
  ])('says infeasible: %#', async (text, costs) => {
    expect(await minimiseSeparable(spaceOf(text), costs)).toEqual({ status: 'infeasible' })
  })

  test('a space without parameters has one configuration', async () => {
    const optimum = { status: 'optimal', configuration: {}, objective: 0 }
    expect(await minimiseSeparable(spaceOf('rule "true" : 1 < 2'), {})).toEqual(optimum)
  })

  test('agrees with the solver on random spaces and costs of values', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(randomSpace(), seed(), async (text, drawn) => {
        const space = spaceOf(text)
        const maps = randomMaps(space, drawn)
        const ours = await minimiseSeparable(space, { params: Object.fromEntries(maps) })
        const theirs = minimise(space, [...maps].map(([name, map]) => asExpression(name, map)).join(' + '))
        expect(ours.status).toBe(theirs.status === 'solved' ? 'optimal' : 'infeasible')
        if (ours.status === 'optimal' && theirs.status === 'solved') expect(ours.objective).toBe(theirs.objective)
      }),
      { numRuns: 150 },
    )
  })

  test('agrees with enumeration on random spaces and tables with gaps', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(randomSpace(), seed(), async (text, drawn) => {
        const space = spaceOf(text)
        const tables = randomTables(space, drawn)
        await expectLeast(space, { tables }, (point) => tableCost(tables, point))
      }),
      { numRuns: 150 },
    )
  })

  test.each(['dedispersion', 'gemm', 'xgemm_direct'])('finds the least cost of all of %s', { timeout: 120_000 }, async (name) => {
    const space = bind(readSearchSpace(JSON.parse(readFileSync(new URL(`${name}.json`, SPACES), 'utf8'))), {})
    const drawn = fc.sample(seed(), 1)[0]!
    const maps = randomMaps(space, drawn)
    const entries = [...maps]
    const costOf = (point: Configuration): number => entries.reduce((sum, [param, map]) => sum + map.get(point[param]!)!, 0)
    await expectLeast(space, { params: Object.fromEntries(maps) }, costOf, `costs drawn with ${drawn}`)
  }) // prettier-ignore
})

const SPACES = new URL('../../solver/data/search-spaces/', import.meta.url)

async function expectLeast(
  space: Space,
  costs: Costs,
  costOf: (point: Configuration) => number | undefined,
  note?: string,
): Promise<void> {
  const { names, columns, length } = all(space)
  let least: number | undefined
  for (let row = 0; row < length; row++) {
    const cost = costOf(Object.fromEntries(names.map((name, i) => [name, columns[i]![row]!])))
    if (cost !== undefined && (least === undefined || cost < least)) least = cost
  }
  const found = await minimiseSeparable(space, costs)
  expect(found.status, note).toBe(least === undefined ? 'infeasible' : 'optimal')
  if (found.status !== 'optimal') return
  expect(found.objective, note).toBe(least)
  expect(costOf(found.configuration), note).toBe(least)
  expect(violated(space, found.configuration), note).toEqual([])
}

const NAMES = ['A', 'B', 'C', 'D'] as const

/** Rules of one to three parameters, with what is not linear: products, remainders, ceilings, lists of pairs. */
function randomSpace(): fc.Arbitrary<string> {
  const domain = fc.oneof(
    fc.tuple(fc.nat(3), fc.nat(5)).map(([from, extent]) => `${from}..${from + extent}`),
    fc.uniqueArray(fc.integer({ min: -3, max: 12 }), { minLength: 1, maxLength: 5 }).map((list) => `[${list.join(', ')}]`),
    fc.constantFrom('divisors(12)', 'pow2(1..8)'),
  ) // prettier-ignore
  const name = fc.constantFrom(...NAMES)
  const rule = fc
    .record({ a: name, b: name, c: name, k: fc.integer({ min: 1, max: 20 }), shape: fc.nat(7) })
    .map(({ a, b, c, k, shape }) => {
      return [
        `${a} * ${b} <= ${k}`,
        `${a} * ${b} % ${(k % 3) + 2} == 0`,
        `ceil_div(${a}, ${b}) <= ${c}`,
        `${a} != ${b} implies ${c} < ${k}`,
        `(${a}, ${b}) in [(1, 2), (2, 1), (3, 3), (4, ${k}), (${k}, 2), (1, 1)]`,
        `${a} + ${b} * ${c} >= ${k}`,
        `${a} >= ${k % 4}`,
        `${a} // ${b} + ${c} != ${k}`,
      ][shape]!
    })
  return fc
    .record({ domains: fc.tuple(domain, domain, domain, domain), rules: fc.array(rule, { maxLength: 4 }) })
    .map(({ domains, rules }) => [
      ...domains.map((values, i) => `param ${NAMES[i]} in ${values}`),
      ...rules.map((text, i) => `rule "r${i}" : ${text}`),
    ].join('\n')) // prettier-ignore
}

function seed(): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max: 2 ** 31 - 1 })
}

/** Whole numbers below `below` by the generator of Park and Miller, minstd. */
function numbersFrom(start: number): (below: number) => number {
  let state = start
  return (below) => {
    state = (state * 48_271) % (2 ** 31 - 1)
    return state % below
  }
}

function randomMaps(space: Space, drawn: number): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const draw = numbersFrom(drawn)
  return new Map(valuesOf(space).map(([name, values]) => [name, new Map(values.map((value) => [value, draw(200) - 100]))]))
} // prettier-ignore

/** Two tables of two parameters each and one of three, in any order; about one row in six is missing. */
function randomTables(space: Space, drawn: number): readonly CostTable[] {
  const draw = numbersFrom(drawn)
  return [2, 3, 2].map((count) => {
    const pool = valuesOf(space)
    const chosen = Array.from({ length: count }, () => pool.splice(draw(pool.length), 1)[0]!)
    const combinations = chosen.reduce<readonly (readonly number[])[]>(
      (rows, [, values]) => rows.flatMap((row) => values.map((value) => [...row, value])),
      [[]],
    )
    const kept = combinations.filter(() => draw(6) > 0)
    return { params: chosen.map(([name]) => name), rows: kept.map((row) => [...row, draw(200) - 100]) }
  })
}

function valuesOf(space: Space): (readonly [name: string, values: readonly number[]])[] {
  return space.variables.map(({ name, values }) => {
    if ('from' in values) throw new Error(`${name} is endless`)
    return [name, values]
  })
}

function tableCost(tables: readonly CostTable[], point: Configuration): number | undefined {
  const costs = tables.map(({ params, rows }) => rows.find((row) => params.every((name, i) => row[i] === point[name]))?.at(-1)) // prettier-ignore
  return costs.reduce((sum, cost) => (sum === undefined || cost === undefined ? undefined : sum + cost), 0)
}

function asExpression(name: string, costs: ReadonlyMap<number, number>): string {
  return [...costs].reduce((rest, [value, cost]) => `(if ${name} == ${value} then ${cost} else ${rest})`, '0')
}

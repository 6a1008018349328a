import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  all,
  best,
  bind,
  count,
  explain,
  minimise,
  neighbours,
  nth,
  parse,
  sample,
  stream,
  violated,
  type Space,
} from './index.ts'
import { diagramOf } from './search/diagram.ts'
import { listRows } from './search/listing.ts'
import { prepare } from './search/prepare.ts'
import { withoutGenerated } from './search/generate.ts'
import { asIfLarge } from './search/nest.ts'
import {
  attempt,
  description,
  LARGE,
  lookupOf,
  solutions,
  spaceOf,
  textOf,
  type Description,
  type Row,
} from './random-model.fixture.ts'
import { SpaceError } from './language/source.ts'
import { patience, runs } from './soak.fixture.ts'

/**
 * Runs a check over random models, half of them as if they were large; one whose numbers get too large for exactness is
 * passed over.
 */
function forModels(numRuns: number, check: (model: Description, space: Space, rows: readonly Row[]) => void): void {
  const property = fc.property(description, fc.boolean(), (model, isLarge) => {
    try {
      const rows = solutions(model)
      const checkRows = (): void => check(model, spaceOf(model), rows)
      if (isLarge) asIfLarge(checkRows)
      else checkRows()
    } catch (error) {
      fc.pre(error !== LARGE && !(error instanceof SpaceError && error.code === 'E_SPACE_OVERFLOW'))
      throw error
    }
  })
  fc.assert(property, runs(numRuns))
}

function listed(space: Space): readonly Row[] {
  const { columns, length } = all(space)
  return Array.from({ length }, (_, row) => columns.map((column) => column[row]!))
}

function sorted(rows: readonly Row[]): readonly Row[] {
  return [...rows].sort(compareRows)
}

function compareRows(a: Row, b: Row): number {
  const at = a.findIndex((value, i) => value !== b[i])
  return at < 0 ? 0 : a[at]! - b[at]!
}

test('lists and counts exactly the configurations that brute force finds', patience(60_000), () => {
  forModels(400, (_, space, rows) => {
    expect(sorted(listed(space))).toEqual(sorted(rows))
    expect(count(space)).toBe(BigInt(rows.length))
  })
})

test('streams, positions and draws are of the same list', patience(60_000), () => {
  forModels(200, (model, space, rows) => {
    const list = listed(space)
    const streamed = [...stream(space, { rows: 4 })]
    expect(streamed.every(({ length }) => length > 0 && length <= 4)).toBe(true)
    const rowsOf = streamed.flatMap(({ columns, length }) =>
      Array.from({ length }, (_, row) => columns.map((column) => column[row]!)),
    )
    expect(rowsOf).toEqual(list)
    for (const at of [0, 1, Math.floor(list.length / 2), list.length - 1])
      if (at >= 0 && at < list.length) expect(Object.values(nth(space, at)!)).toEqual(list[at])
    expect(nth(space, list.length)).toBeUndefined()
    const known = new Set(rows.map(String))
    const names = model.params.map(({ name }) => name)
    for (const drawn of sample(space, 5, 1)) expect(known.has(String(names.map((name) => drawn[name]!)))).toBe(true)
  })
})

test('a folded component holds the same solutions in the same order', patience(60_000), () => {
  forModels(200, (_, space) => {
    for (const nest of prepare(space).components) {
      const { columns, length } = listRows(nest)
      const diagram = diagramOf(nest)
      expect(diagram.count).toBe(BigInt(length))
      for (let at = 0; at < length; at++) {
        const row = nest.loops.map(({ index }) => columns[nest.variables.indexOf(index)]![at])
        expect(diagram.nth(BigInt(at))).toEqual(row)
      }
    }
  })
})

test('neighbours are what differs in the fewest parameters', patience(60_000), () => {
  forModels(200, (model, space, rows) => {
    const [from] = solutions(model, [])
    if (!from) return
    const distance = (row: Row): number => row.filter((value, i) => value !== from[i]).length
    const least = Math.min(...rows.map(distance).filter((far) => far > 0))
    const nearest = rows.filter((row) => distance(row) === least)
    const configuration = Object.fromEntries(model.params.map(({ name }, i) => [name, from[i]!]))
    const found = neighbours(space, configuration).map((one) => Object.values(one))
    expect(sorted(found)).toEqual(sorted(nearest))
  })
})

test('finds the optimum and the best few, equal ones in lexicographic order', patience(60_000), () => {
  forModels(200, (model, space, rows) => {
    const sign = model.direction === 'minimise' ? 1 : -1
    const ranked = rows
      .map((row) => ({ row, value: attempt(model.objective, lookupOf(model, row)) as bigint | undefined }))
      .flatMap(({ row, value }) => (value === undefined ? [] : [{ row, value: Number(value) }]))
      .sort((a, b) => sign * (a.value - b.value) || compareRows(a.row, b.row))
    const found = best(space, 5)
    expect(
      found.map(({ configuration, objective }) => ({ row: Object.values(configuration), value: objective })),
    ).toEqual(ranked.slice(0, 5))
    const optimum = minimise(space)
    if (optimum.status === 'infeasible') expect(ranked).toEqual([])
    else expect(optimum.configuration).toEqual(found[0]!.configuration)
  })
})

test('a configuration breaks no rule exactly where brute force says so', patience(60_000), () => {
  forModels(200, (model, space, rows) => {
    const names = model.params.map(({ name }) => name)
    const fits = new Set(rows.map(String))
    for (const row of solutions(model, []))
      expect(violated(space, Object.fromEntries(names.map((name, i) => [name, row[i]!]))).length === 0).toBe(
        fits.has(String(row)),
      )
  })
})

test('a conflict is infeasible by itself, and feasible without any one of its rules', patience(60_000), () => {
  let conflicts = 0
  forModels(1200, (model, space, rows) => {
    // Few models are infeasible; passing over the others as fast-check does it would cost a hundred runs for each.
    if (rows.length > 0 || model.params.some(({ values }) => values.length === 0)) return
    if (textOf(model).includes('..\n')) return
    conflicts++
    const explanation = explain(space)
    if (explanation.status === 'feasible') throw new Error('brute force finds nothing')
    const conflict = explanation.conflict.map(({ rule }) => model.rules[Number(rule)]!)
    expect(solutions(model, conflict)).toEqual([])
    for (const spared of conflict)
      expect(
        solutions(
          model,
          conflict.filter((rule) => rule !== spared),
        ),
      ).not.toEqual([])
  })
  expect(conflicts).toBeGreaterThan(50)
})

test('without generated code every answer is the same', patience(60_000), () => {
  forModels(300, (model, space) => {
    // Ranges without end are searched for long when rules that bound them are left out.
    const isClosed = !textOf(model).includes('..\n')
    const interpreted = withoutGenerated(() => answersOf(spaceOf(model), isClosed))
    expect(interpreted).toEqual(answersOf(space, isClosed))
  })
})

function answersOf(space: Space, isClosed: boolean): unknown {
  return {
    table: all(space),
    streamed: [...stream(space, { rows: 3 })],
    count: count(space),
    best: best(space, 4),
    explanation: isClosed ? explain(space) : undefined,
  }
}

test('one more rule never adds a configuration, and its negation takes what it leaves', patience(60_000), () => {
  forModels(200, (model, space, rows) => {
    const [spared, ...rest] = [...model.rules].reverse()
    fc.pre(!textOf({ ...model, rules: rest }).includes('..\n') || rest.length >= model.params.length)
    const wider = new Set(solutions(model, rest).map(String))
    expect(rows.every((row) => wider.has(String(row)))).toBe(true)
    expect(count(spaceOf({ ...model, rules: [...model.rules, { op: 'not', args: [spared!] }] }))).toBe(0n)
    expect(count(spaceOf({ ...model, rules: [...model.rules, spared!] }))).toBe(count(space))
  })
})

test('other names and another order of parameters and rules change nothing', patience(60_000), () => {
  forModels(300, (model, space) => {
    const text = textOf({ ...model, params: [...model.params].reverse(), rules: [...model.rules].reverse() })
    const renamed = bind(parse(text.replace(/\bP(\d)/g, 'WIDTH_$1').replace(/\bL(\d)/g, 'STEP_$1')), { G: model.given })
    expect(count(renamed)).toBe(count(space))
    expect(sorted(listed(renamed).map((row) => [...row].reverse()))).toEqual(sorted(listed(space)))
  })
})

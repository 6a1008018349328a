import { bind, minimise, parse } from '@tilewright/solver'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ModelBuilder } from './model.ts'
import type { Relation, Term } from './model.ts'
import { solve } from './solve.ts'

// GLPK knows nothing of our solver and it nothing of GLPK: on linear spaces they have to find the same optimum.
test('solver and GLPK agree on linear spaces', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(linearSpace(), async ({ ranges, rows, objective }) => {
      const params = ranges.map(([from, to], i) => `param ${NAMES[i]} in ${from}..${to}`)
      const rules = rows.map(({ sum, relation, side }, i) => {
        return `rule "r${i}" : ${text(sum)} ${relation === '=' ? '==' : relation} ${side}`
      })
      const space = bind(parse([...params, ...rules, `minimise ${text(objective)}`].join('\n')), {})
      const ours = minimise(space)

      const builder = new ModelBuilder('oracle')
      ranges.forEach(([lower, upper], i) => builder.variable(NAMES[i]!, { lower, upper, integer: true }))
      rows.forEach(({ sum, relation, side }, i) => builder.row(`r${i}`, sum, relation, side))
      const theirs = await solve(builder.minimise(objective))

      expect(theirs.status).toBe(ours.status === 'solved' ? 'optimal' : 'infeasible')
      if (theirs.status === 'optimal' && ours.status === 'solved') expect(ours.objective).toBe(theirs.objective + 0)
    }),
    { numRuns: 150 },
  )
})

const NAMES = ['A', 'B', 'C', 'D'] as const

interface LinearSpace {
  readonly ranges: readonly (readonly [number, number])[]
  readonly rows: readonly { readonly sum: readonly Term[]; readonly relation: Relation; readonly side: number }[]
  readonly objective: readonly Term[]
}

function linearSpace(): fc.Arbitrary<LinearSpace> {
  const term = fc.tuple(fc.integer({ min: -5, max: 5 }), fc.constantFrom(...NAMES))
  const sum = fc.array(term, { minLength: 1, maxLength: 5 })
  const range = fc.tuple(fc.nat(6), fc.nat(9)).map(([from, extent]) => [from, from + extent] as const)
  const relation = fc.constantFrom<Relation>('<=', '>=', '<=', '>=', '=')
  return fc.record({
    ranges: fc.tuple(range, range, range, range),
    rows: fc.array(fc.record({ sum, relation, side: fc.integer({ min: -20, max: 40 }) }), { maxLength: 4 }),
    objective: sum,
  })
}

function text(sum: readonly Term[]): string {
  return sum.map(([coefficient, name]) => `(${coefficient}) * ${name}`).join(' + ')
}

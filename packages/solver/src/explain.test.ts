import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bind, explain, first, parse, readSearchSpace, violated, type Space } from './index.ts'

function kept(space: Space, names: readonly string[]): Space {
  return { ...space, rules: space.rules.filter(({ name }) => names.includes(name)) }
}

// Limits that nothing keeps; the search, which shares nothing with the explanation, has the other word.
test.each(['fwd_h768n1b16', 'fwd_h768n12b16', 'bwd_h768n1b16', 'bwd_h768n12b16'])(
  'of the large space %s the conflict has no rule to spare',
  { timeout: 60_000 },
  (name) => {
    const file = new URL(`../data/search-spaces/flashrnn_fused_${name}.json`, import.meta.url)
    const text = readFileSync(file, 'utf8').replaceAll('<= 131072', '<= 4096').replaceAll('227000*', '227*')
    const space = bind(readSearchSpace(JSON.parse(text)), {})
    expect(first(space)).toEqual({ status: 'infeasible' })
    const explanation = explain(space)
    if (explanation.status === 'feasible') throw new Error('the search finds nothing')
    const names = explanation.conflict.map(({ rule }) => rule)
    expect(names).toEqual(['constraint 11', 'constraint 12'])
    for (const spared of names) {
      const rest = kept(
        space,
        names.filter((one) => one !== spared),
      )
      const found = first(rest)
      if (found.status === 'infeasible') throw new Error(`${spared} is not needed`)
      expect(violated(rest, found.configuration)).toEqual([])
    }
  },
)

test('what an expression is known to be holds in every rule that has it', () => {
  const text = 'param A in 1..1000000\nparam B in 1..1000000\nparam C in 1..1000000\n'
  const rules = [
    'rule "much" : A * B * C >= 1000',
    'rule "few" : A * B <= 9',
    'rule "none" : 2 * C * B * A <= 1500',
    'rule "else" : A + C >= 2',
  ]
  expect(explain(bind(parse(text + rules.join('\n')), {}))).toMatchObject({
    conflict: [
      { rule: 'much', values: 'A * B * C is at most 750, needed 1000' },
      { rule: 'none', values: '2 * C * B * A is at least 2000, allowed 1500' },
    ],
  })
})

test('a difference with a common factor is seen not to be negative', () => {
  const text = 'param A in 1..1000000\nparam B in 4..1000000\nparam C in 0..1000000\nrule "r" : A * B + C < 3 * A'
  expect(explain(bind(parse(text), {}))).toMatchObject({ conflict: [{ rule: 'r' }] })
})

test('ends of ranges that creep towards each other', () => {
  const text = 'param A in 1..\nparam B in 1..\nparam C in [1, 2]\nrule "a" : A > B\nrule "b" : B > A\nrule "c" : C > 2'
  expect(explain(bind(parse(text), {}))).toMatchObject({ status: 'infeasible' })
})

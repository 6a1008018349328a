import { describe, expect, test } from 'vitest'
import { all, best, bind, count, evaluate, minimise, parse, SpaceError, type Space } from '../index.ts'

function caught(run: () => unknown): SpaceError {
  try {
    run()
  } catch (error) {
    if (error instanceof SpaceError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

function refusal(text: string): string {
  const error = caught(() => parse(text))
  return `${error.code} ${error.message}`
}

function space(text: string, givens: Record<string, number> = {}): Space {
  return bind(parse(text), givens)
}

test('an error names file, line and column, underlines the text and suggests a name', () => {
  const error = caught(() => parse('param WARPS_K in 1..8\nlet WARPS = 2 *\tWARP_K', { file: 'fused.space' }))
  expect(error).toMatchObject({ code: 'E_SPACE_NAME', file: 'fused.space', line: 2, column: 17 })
  expect(error.message).toBe(
    [
      'fused.space:2:17: unknown name WARP_K; did you mean WARPS_K?',
      '  2 | let WARPS = 2 *\tWARP_K',
      '    |                \t^^^^^^',
    ].join('\n'),
  )
})

describe('refused with place and reason', () => {
  // Two lines before the one that is wrong.
  const P = 'param A in 1..8\nparam B in 1..8\n'
  test.each([
    [`rule "r" : A B == 4`, 'E_SPACE_SYNTAX rules.space:3:14: expected an operator or a statement'],
    [`rule "r" : A = 4`, 'E_SPACE_SYNTAX rules.space:3:14: = only names a let; compare with =='],
    [`rule "r" : A == 1.5`, 'E_SPACE_SYNTAX rules.space:3:17: 1.… is not a whole number; numbers here are integers'],
    [`rule "r" : A == 2x`, 'E_SPACE_SYNTAX rules.space:3:17: 2x… is not a whole number'],
    [`rule "r" : A == 9007199254740993`, 'E_SPACE_OVERFLOW rules.space:3:17: 9007199254740993 is beyond 2^53'],
    [`rule "r" : maxx(A) == 1`, 'E_SPACE_NAME rules.space:3:12: there is no function maxx; did you mean max?'],
    [`rule "r" : toString(A) == 1`, 'E_SPACE_NAME rules.space:3:12: there is no function toString; there are min,'],
    [`rule "r" : gcd(A) == 1`, 'E_SPACE_SYNTAX rules.space:3:12: gcd takes 2 arguments, not 1'],
    [`rule "r" : A`, 'E_SPACE_TYPE rules.space:3:12: this is a number where a condition is needed; compare it'],
    [`rule "r" : not A`, 'E_SPACE_TYPE rules.space:3:16: this is a number where a condition is needed'],
    [`rule "r" : (A == 1) + 1 == 2`, 'E_SPACE_TYPE rules.space:3:12: this is a condition where a number is needed'],
    [`rule "r" : if A == 1 then B else B == 1`, 'E_SPACE_TYPE rules.space:3:'],
    [`minimise A == 1`, 'E_SPACE_TYPE rules.space:3:10: this is a condition where a number is needed'],
    [`param A in 1..2`, 'E_SPACE_NAME rules.space:3:7: A is already defined; choose another name'],
    [`let A = 1`, 'E_SPACE_NAME rules.space:3:5: A is already defined'],
    [`let constructor = 1`, "E_SPACE_NAME rules.space:3:5: constructor is a name of JavaScript's own"],
    [`rule "r" : A == 1\nrule "r" : B == 1`, 'E_SPACE_NAME rules.space:4:6: there are two rules named "r"; rename one'],
    [`minimise A\nmaximise B`, 'E_SPACE_SYNTAX rules.space:4:1: there is an objective already; keep one of the two'],
    [`param C in 1..A`, 'E_SPACE_DOMAIN rules.space:3:15: a domain may read givens only, and A depends on parameters'],
    [`let S = A\nparam C in [S]`, 'E_SPACE_DOMAIN rules.space:4:13: a domain may read givens only, and S depends'],
    ['rule r : 1 == 1', 'E_SPACE_SYNTAX rules.space:3:6: a rule needs a name in quotes'],
    ['rule "r : 1 == 1', 'E_SPACE_SYNTAX rules.space:3:6: this text has no closing quote on its line; add one'],
    ['rule "r" : 1 == 1 & 2 == 2', 'E_SPACE_SYNTAX rules.space:3:19: "&" has no meaning here'],
    ['rulle "r" : 1 == 1', 'did you mean rule?'],
    [
      `rule "r" : (A, B) in [(1, 2), (1, 2, 3)]`,
      'E_SPACE_SYNTAX rules.space:3:31: this row has 3 numbers, the tuple 2',
    ],
    ['import "a.space"', 'E_SPACE_IMPORT rules.space:3:8: a.space cannot be read here: nothing says where'],
  ])('%s', (text, message) => {
    expect(refusal(`${P}${text}`)).toContain(message)
  })
})

test('what would exhaust the stack is refused instead', () => {
  expect(refusal(`rule "r" : ${'('.repeat(300)}1`)).toContain('expressions nest deeper than 200 levels; split this one')
  expect(refusal(`rule "r" : ${'1 + '.repeat(9999)}1 == 1`)).toContain('more than 500 operators stand side by side')
  const nested = 'ceil_div(A, '.repeat(190) + 'A + 1' + ')'.repeat(190)
  expect(count(space(`param A in 1..2\nrule "r" : ${nested} > 0`))).toBe(2n)
})

test('imports that are missing or go round are refused where they stand', () => {
  const files: Record<string, string> = { 'a.space': 'import "b.space"', 'b.space': 'given X\nimport "a.space"' }
  const read = (path: string): string => {
    const text = files[path]
    if (text === undefined) throw new Error('no such file')
    return text
  }
  expect(caught(() => parse('import "c.space"', { read })).message).toContain(
    'rules.space:1:8: c.space cannot be read: no such file',
  )
  expect(caught(() => parse(files['a.space']!, { read, file: 'a.space' }))).toMatchObject({
    code: 'E_SPACE_IMPORT',
    file: 'b.space',
    line: 2,
    message: expect.stringContaining('a.space imports itself; remove one of the imports'),
  })
  files['a.space'] = 'given N\nlet M = 2 * X'
  expect(caught(() => parse('import "a.space"', { read, file: 'rules/tiles.space' })).message).toMatch(
    /^rules\/a\.space:2:13: unknown name X/,
  )
  expect(
    caught(() => parse('import "r.space"', { read: () => 'import "r.space"', file: 'rules/r.space' })),
  ).toMatchObject({ code: 'E_SPACE_IMPORT', file: 'rules/r.space', line: 1 })
  files['a.space'] = 'given N\nlet M = 2 * N'
  expect(count(bind(parse('import "a.space"\nparam A in 1..M', { read }), { N: 3 }))).toBe(6n)
})

test.each([
  [{}, 'rules.space: N is given a value by nobody; set N'],
  [{ N: 1, M: 1 }, 'rules.space: M is not a given'],
  [{ N: 1, A: 1 }, 'rules.space: A is not a given'],
  [{ N: 1.5 }, 'rules.space: N is 1.5, not an integer; givens are integers'],
  [{ N: 2 ** 53 }, 'not an integer'],
])('the givens %j are refused', (givens, message) => {
  const error = caught(() => space('given N\nparam A in 1..N', givens))
  expect(error.code).toBe('E_SPACE_GIVEN')
  expect(error.message).toContain(message)
})

test.each([
  ['param A in 1..', 'no rule bounds A from above; end its range, or add a rule such as A <= 1024'],
  ['param A in 1..9 step 0', 'the step of A is 0; it has to be 1 or more'],
  ['param A in divisors(0)', '0 has no list of divisors; it has to be 1 or more'],
  ['param A in [7 / 2]', 'this has no value: a division in it is uneven or by zero'],
  [
    'param A in 1..9999999',
    'A has 9999999 values, more than 5000000, and no rule says what it is equal to; bound it by a rule',
  ],
])('%s makes no sense', (text, message) => {
  const error = caught(() => count(space(text)))
  expect(error.code).toBe('E_SPACE_DOMAIN')
  expect(error.message).toContain(message)
})

test('numbers past 2^53 are an error in a rule and in an objective, not a wrong answer', () => {
  const large = 'param A in [3000000000, 3000000001]\n'
  for (const rule of ['A * A % 2 == 1', 'A ^ 2 != 7', 'A * 4000000 - 1 != 5'])
    expect(caught(() => count(space(`${large}rule "r" : ${rule}`))).code).toBe('E_SPACE_OVERFLOW')
  expect(caught(() => best(space(`${large}minimise A * A`), 1)).code).toBe('E_SPACE_OVERFLOW')
  expect(count(space(`${large}rule "r" : A * 3000000 > 0`))).toBe(2n)
})

test('an objective is checked against the model, and has to exist', () => {
  const two = space('param WARPS in 1..2')
  expect(caught(() => minimise(two, 'WARP')).message).toContain('objective:1:1: unknown name WARP; did you mean WARPS?')
  expect(caught(() => minimise(two, 'WARPS == 1')).code).toBe('E_SPACE_TYPE')
  expect(caught(() => minimise(two)).message).toContain('there is no objective; add a line such as minimise COST')
  expect(caught(() => best(two, 1)).code).toBe('E_SPACE_FORMAT')
})

test('evaluate refuses unknown names and values that do not exist', () => {
  const model = parse('given D\nparam T in 1..4\nlet TILES = D / T')
  expect(evaluate(model, { D: 8, T: 4 }, ['TILES'])).toEqual({ TILES: 2 })
  expect(caught(() => evaluate(model, { D: 9, T: 4 }, ['TILES'])).message).toContain('TILES has no value here')
  expect(caught(() => evaluate(model, {}, ['TILE'])).message).toContain('did you mean TILES?')
  expect(caught(() => evaluate(model, { D: 9 }, ['TILES'])).code).toBe('E_SPACE_GIVEN')
})

describe('means what it says', () => {
  test.each([
    ['A - 1 == 4', [5]],
    ['A % 8 == 4', [4, 12]],
    ['2*(A+1) == 8', [3]],
    ['A-1==4', [5]],
    ['12 / A == 4', [3]],
    ['12 / A < 3', [6, 12]],
    ['not 12 / A < 3', [1, 2, 3, 4]],
    ['12 // A == 4', [3]],
    ['A in [2, 3] or A == 7', [2, 3, 7]],
    ['A > 3 implies A == 12', [1, 2, 3, 12]],
    ['2 < A <= 4', [3, 4]],
    ['-A ^ 2 == -9', [3]],
    ['A == 2 ^ 3 ^ 2 - 509', [3]],
    ['1 // (A - 3) >= 0', [4, 5, 6, 7, 8, 9, 10, 11, 12]],
    ['A == 3 or 1 // (A - 3) >= 1', [3, 4]],
    ['log2(A) == 3', [8]],
  ])('%s', (rule, values) => {
    expect([...all(space(`param A in 1..12\nrule "r" : ${rule}`)).columns[0]!]).toEqual(values)
  })
})

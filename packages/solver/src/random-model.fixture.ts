import fc from 'fast-check'
import { bind, parse, type Space } from './index.ts'

// Random models and an evaluator of their own: integers of any size, no bounds, no generated code.

export type Tree =
  | { readonly op: 'number'; readonly value: number }
  | { readonly op: 'name'; readonly name: string }
  | { readonly op: 'in'; readonly args: readonly Tree[]; readonly rows: readonly (readonly number[])[] }
  | { readonly op: string; readonly args: readonly Tree[] }

export interface Description {
  readonly given: number
  readonly params: readonly { readonly name: string; readonly text: string; readonly values: readonly number[] }[]
  readonly lets: readonly { readonly name: string; readonly value: Tree }[]
  readonly rules: readonly Tree[]
  readonly objective: Tree
  readonly direction: 'minimise' | 'maximise'
}

const ARITHMETIC = ['+', '-', '*', '/', '//', '%', '^']
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>=']
const BINARY_FUNCTIONS = ['ceil_div', 'round_up', 'gcd', 'lcm']

/** How tightly each kind of expression binds; what is looser than its place gets brackets. */
function strength({ op }: Tree): number {
  if (op === 'if') return 0
  if (op === 'implies') return 1
  if (op === 'or') return 2
  if (op === 'and') return 3
  if (op === 'not') return 4
  if (op === 'in' || op === 'chain' || COMPARISONS.includes(op)) return 5
  if (op === '+' || op === '-') return 6
  if (['*', '/', '//', '%'].includes(op)) return 7
  if (op === 'negate') return 8
  return op === '^' ? 9 : 10
}

function render(tree: Tree): string {
  const at = (part: Tree, least: number): string => (strength(part) < least ? `(${render(part)})` : render(part))
  if ('value' in tree) return String(tree.value)
  if ('name' in tree) return tree.name
  const { op, args } = tree
  const [a, b, c] = args as readonly [Tree, Tree, Tree]
  const own = strength(tree)
  if ('rows' in tree) {
    if (args.length === 1) return `${at(a, 6)} in [${tree.rows.map(([value]) => value).join(', ')}]`
    return `(${args.map(render).join(', ')}) in [${tree.rows.map((row) => `(${row.join(', ')})`).join(', ')}]`
  }
  if (op === 'if') return `if ${render(a)} then ${render(b)} else ${render(c)}`
  if (op === 'not') return `not ${at(a, 4)}`
  if (op === 'negate') return `-${at(a, 8)}`
  if (op === '^') return `${at(a, 10)} ^ ${at(b, 8)}`
  if (op === 'implies') return `${at(a, 2)} implies ${at(b, 1)}`
  if (op === 'chain') return `${at(a, 6)} <= ${at(b, 6)} < ${at(c, 6)}`
  if (COMPARISONS.includes(op)) return `${at(a, 6)} ${op} ${at(b, 6)}`
  if (op === 'and' || op === 'or' || ARITHMETIC.includes(op)) return `${at(a, own)} ${op} ${at(b, own + 1)}`
  return `${op}(${args.map(render).join(', ')})`
}

/** Thrown where a value does not exist, and where it is too large for the solver to be exact. */
const NONE = new Error('no value')
export const LARGE: Error = new Error('overflow')

type Lookup = (name: string) => bigint | boolean

function meaning(tree: Tree, lookup: Lookup): bigint | boolean {
  if ('value' in tree) return BigInt(tree.value)
  if ('name' in tree) return lookup(tree.name)
  const number = (i: number): bigint => meaning(tree.args[i]!, lookup) as bigint
  const truth = (i: number): boolean => meaning(tree.args[i]!, lookup) as boolean
  const numbers = (): readonly bigint[] => tree.args.map((_, i) => number(i))
  if ('rows' in tree) {
    const items = numbers()
    return tree.rows.some((row) => row.every((value, i) => BigInt(value) === items[i]))
  }
  switch (tree.op) {
    case 'if':
      return meaning(tree.args[truth(0) ? 1 : 2]!, lookup)
    case 'not':
      return !truth(0)
    case 'and':
      return truth(0) && truth(1)
    case 'or':
      return truth(0) || truth(1)
    case 'implies':
      return !truth(0) || truth(1)
    case 'chain': {
      const middle = [number(0), number(1)] as const
      return middle[0] <= middle[1] && middle[1] < number(2)
    }
    case 'negate':
      return sized(-number(0))
  }
  return operation(tree.op, numbers())
}

function operation(op: string, values: readonly bigint[]): bigint | boolean {
  const [a = 0n, b = 0n] = values
  const abs = (value: bigint): bigint => (value < 0n ? -value : value)
  const floor = (x: bigint, y: bigint): bigint => {
    if (y === 0n) throw NONE
    return x / y - (x % y !== 0n && x < 0n !== y < 0n ? 1n : 0n)
  }
  const gcd = (x: bigint, y: bigint): bigint => (y === 0n ? abs(x) : gcd(y, x % y))
  switch (op) {
    case '==':
      return a === b
    case '!=':
      return a !== b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
    case '+':
      return sized(a + b)
    case '-':
      return sized(a - b)
    case '*':
      return sized(a * b)
    case '/':
      if (b === 0n || a % b !== 0n) throw NONE
      return a / b
    case '//':
      return floor(a, b)
    case '%':
      return a - b * floor(a, b)
    case '^':
      if (b < 0n) throw NONE
      if (b > 60n && abs(a) > 1n) throw LARGE
      return sized(a ** b)
    case 'min':
      return values.reduce((x, y) => (y < x ? y : x))
    case 'max':
      return values.reduce((x, y) => (y > x ? y : x))
    case 'abs':
      return abs(a)
    case 'ceil_div':
      return -floor(-a, b)
    case 'round_up':
      return -floor(-a, b) * b
    case 'gcd':
      return gcd(a, b)
    case 'lcm':
      return a === 0n || b === 0n ? 0n : sized(abs(a * b) / gcd(a, b))
    case 'log2': {
      const exponent = a > 0n ? a.toString(2).length - 1 : 0
      if (a <= 0n || 1n << BigInt(exponent) !== a) throw NONE
      return BigInt(exponent)
    }
    case 'divides':
      return a === 0n ? b === 0n : b % a === 0n
  }
  throw new Error(op)
}

function sized(value: bigint): bigint {
  if (value > 2n ** 53n - 1n || value < 1n - 2n ** 53n) throw LARGE
  return value
}

export type Row = readonly number[]

export function lookupOf({ given, params, lets }: Description, row: Row): Lookup {
  const lookup: Lookup = (name) => {
    if (name === 'G') return BigInt(given)
    const param = params.findIndex((entry) => entry.name === name)
    return param >= 0 ? BigInt(row[param]!) : meaning(lets.find((entry) => entry.name === name)!.value, lookup)
  }
  return lookup
}

/** A truth or a number, nothing where it does not exist. */
export function attempt(tree: Tree, lookup: Lookup): bigint | boolean | undefined {
  try {
    return meaning(tree, lookup)
  } catch (error) {
    if (error === NONE) return undefined
    throw error
  }
}

export function solutions(description: Description, rules: readonly Tree[] = description.rules): readonly Row[] {
  const rows = description.params.reduce<Row[]>(
    (list, { values }) => list.flatMap((row) => values.map((value) => [...row, value])),
    [[]],
  )
  return rows.filter((row) => rules.every((rule) => attempt(rule, lookupOf(description, row)) === true))
}

// Generators.

const literal = fc.integer({ min: 0, max: 9 }).map((value): Tree => ({ op: 'number', value }))

function node(op: string, ...args: readonly fc.Arbitrary<Tree>[]): fc.Arbitrary<Tree> {
  return fc.tuple(...args).map((list): Tree => ({ op, args: list }))
}

function numeric(numbers: readonly string[], truths: readonly string[], depth: number): fc.Arbitrary<Tree> {
  const name = fc.constantFrom(...numbers).map((text): Tree => ({ op: 'name', name: text }))
  if (depth === 0) return fc.oneof({ weight: 3, arbitrary: name }, literal)
  const part = numeric(numbers, truths, depth - 1)
  const pair = (op: string): fc.Arbitrary<Tree> => node(op, part, part)
  return fc.oneof(
    { weight: 2, arbitrary: name },
    literal,
    { weight: 6, arbitrary: fc.constantFrom('+', '-', '*', '/', '//', '%', '//', '%').chain(pair) },
    node('^', part, fc.oneof(literal, name)),
    fc.constantFrom(...BINARY_FUNCTIONS).chain(pair),
    fc.constantFrom('min', 'max').chain((op) => node(op, part, part, part)),
    fc.constantFrom('negate', 'abs', 'log2').chain((op) => node(op, part)),
    node('if', condition(numbers, truths, depth - 1), part, part),
  )
}

function condition(numbers: readonly string[], truths: readonly string[], depth: number): fc.Arbitrary<Tree> {
  const part = numeric(numbers, truths, Math.max(0, depth - 1))
  const small = fc.integer({ min: -4, max: 9 })
  const leaves = [
    ...truths.map((text) => fc.constant<Tree>({ op: 'name', name: text })),
    fc.constantFrom(...COMPARISONS).chain((op) => node(op, part, part)),
    fc.constantFrom('==', '<=', '!=', '>=').chain((op) => node(op, part, literal)),
    node('chain', part, part, part),
    node('divides', part, part),
    fc.tuple(part, fc.array(small, { minLength: 1, maxLength: 6 })).map(([arg, values]): Tree => {
      return { op: 'in', args: [arg], rows: values.map((value) => [value]) }
    }),
    fc
      .tuple(part, part, fc.array(fc.tuple(small, small), { minLength: 1, maxLength: 9 }))
      .map(([a, b, rows]): Tree => ({ op: 'in', args: [a, b], rows })),
  ]
  if (depth === 0) return fc.oneof(...leaves)
  const inner = condition(numbers, truths, depth - 1)
  const joined = fc.constantFrom('and', 'or', 'implies').chain((op) => node(op, inner, inner))
  return fc.oneof(...leaves, joined, node('not', inner), node('if', inner, inner, inner))
}

const domain = fc.integer({ min: -5, max: 6 }).chain((from) =>
  fc.oneof(
    fc.array(fc.integer({ min: -6, max: 9 }), { minLength: 1, maxLength: 5 }).map((values) => ({
      text: `[${values.join(', ')}]`,
      values: [...new Set(values)].sort((a, b) => a - b),
    })),
    fc.tuple(fc.integer({ min: -1, max: 6 }), fc.integer({ min: 1, max: 3 })).map(([length, step]) => ({
      text: `${from}..${from + length}${step === 1 ? '' : ` step ${step}`}`,
      values: Array.from({ length: length + 1 }, (_, i) => from + i).filter((value) => (value - from) % step === 0),
    })),
    fc.constant({ text: 'pow2(1..8)', values: [1, 2, 4, 8] }),
    fc.constant({ text: 'divisors(12)', values: [1, 2, 3, 4, 6, 12] }),
    // A range without end, with the rule that bounds it.
    fc.integer({ min: 0, max: 5 }).map((length) => ({
      text: `${from}..`,
      values: Array.from({ length: length + 1 }, (_, i) => from + i),
      end: from + length,
    })),
  ),
)

export const description: fc.Arbitrary<Description> = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.array(domain, { minLength: 2, maxLength: 4 }))
  .chain(([given, domains]) => {
    const params = domains.map((entry, i) => ({ ...entry, name: `P${i}` }))
    const numbers = ['G', ...params.map(({ name }) => name)]
    return fc
      .record({
        first: numeric(numbers, [], 2),
        second: numeric([...numbers, 'L0'], [], 1),
        truth: condition([...numbers, 'L1'], [], 1),
        rules: fc.array(condition([...numbers, 'L0', 'L1'], ['L2'], 2), { minLength: 1, maxLength: 4 }),
        // What a variable is equal to, and what it divides, are searched in ways of their own.
        special: fc.array(special(numbers, params), { maxLength: 2 }),
        objective: numeric([...numbers, 'L0', 'L1'], ['L2'], 2),
        direction: fc.constantFrom('minimise' as const, 'maximise' as const),
      })
      .map(({ first, second, truth, rules, special, ...rest }) => ({
        ...rest,
        given,
        params,
        lets: [
          { name: 'L0', value: first },
          { name: 'L1', value: second },
          { name: 'L2', value: truth },
        ],
        rules: [
          ...params.flatMap(({ name, ...entry }) => ('end' in entry ? [atMost(name, entry.end)] : [])),
          ...rules,
          ...special,
        ],
      }))
  })

/** `P0 == …` and `… % (P0 * …) == 0`. */
function special(numbers: readonly string[], params: readonly { readonly name: string }[]): fc.Arbitrary<Tree> {
  const parameter = fc.constantFrom(...params).map(({ name }): Tree => ({ op: 'name', name }))
  const other = numeric(numbers, [], 1)
  const zero: Tree = { op: 'number', value: 0 }
  return fc.oneof(
    node('==', parameter, other),
    node(
      '==',
      node(
        '*',
        parameter,
        fc.constantFrom(...numbers).map((name): Tree => ({ op: 'name', name })),
      ),
      other,
    ),
    node('==', node('%', other, fc.oneof(parameter, node('*', parameter, parameter))), fc.constant(zero)),
  )
}

function atMost(name: string, end: number): Tree {
  const magnitude: Tree = { op: 'number', value: Math.abs(end) }
  return { op: '<=', args: [{ op: 'name', name }, end < 0 ? { op: 'negate', args: [magnitude] } : magnitude] }
}

export function textOf(model: Description): string {
  return [
    'given G',
    ...model.params.map(({ name, text }) => `param ${name} in ${text}`),
    ...model.lets.map(({ name, value }) => `let ${name} = ${render(value)}`),
    ...model.rules.map((rule, i) => `rule "${i}" : ${render(rule)}`),
    `${model.direction} ${render(model.objective)}`,
  ].join('\n')
}

export function spaceOf(model: Description): Space {
  return bind(parse(textOf(model)), { G: model.given })
}

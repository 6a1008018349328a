import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  add,
  backwardStep,
  cell,
  cellNames,
  constant,
  div,
  evaluate,
  exp,
  input,
  isReserved,
  less,
  log,
  logSigmoid,
  lstm,
  max,
  min,
  mingru,
  mul,
  named,
  neg,
  printExpressions,
  scanBackwardStep,
  select,
  sigmoid,
  softplus,
  sqrt,
  sub,
  tanh,
} from './index.ts'
import type { Expr, Leaf, PrintedExpressions, Target } from './index.ts'
import { randomGraph, randomPoint } from './testing/random-graph.ts'
import { runLines } from './testing/run-printed.ts'

const TARGETS: readonly Target[] = ['cuda', 'wgsl']
const [x, y, z] = [input('x'), input('y'), input('z')]

describe('lstm', () => {
  test('forward in CUDA reads like its formulas', () => {
    expect(printed(lstm.next, 'cuda')).toMatchInlineSnapshot(`
      "const float pre_f = wx_f + ry_f + b_f;
      const float f = sigmoid(pre_f);
      const float pre_i = wx_i + ry_i + b_i;
      const float i = sigmoid(pre_i);
      const float pre_z = wx_z + ry_z + b_z;
      const float z = tanhf(pre_z);
      const float c_new = f * c + i * z;
      const float pre_o = wx_o + ry_o + b_o;
      const float o = sigmoid(pre_o);
      const float tanh_c = tanhf(c_new);
      const float h_new = o * tanh_c;"
    `)
  })

  test('forward in WGSL', () => {
    expect(printed(lstm.next, 'wgsl')).toMatchInlineSnapshot(`
      "let pre_f = wx_f + ry_f + b_f;
      let f = sigmoid(pre_f);
      let pre_i = wx_i + ry_i + b_i;
      let i = sigmoid(pre_i);
      let pre_z = wx_z + ry_z + b_z;
      let z = stable_tanh(pre_z);
      let c_new = f * c + i * z;
      let pre_o = wx_o + ry_o + b_o;
      let o = sigmoid(pre_o);
      let tanh_c = stable_tanh(c_new);
      let h_new = o * tanh_c;"
    `)
  })

  test('backward in CUDA, from saved gates', () => {
    const step = backwardStep(lstm, ['i', 'f', 'z', 'o', 'tanh_c'])
    expect(printed({ ...prefixed('d_Wx_', step.Wx), c: step.states['c']! }, 'cuda')).toMatchInlineSnapshot(`
      "const float d_tanh_c = dh * o;
      const float d_c_new = dc + d_tanh_c * (1.0f - tanh_c * tanh_c);
      const float d_i = d_c_new * z;
      const float d_pre_i = d_i * i * (1.0f - i);
      const float d_f = d_c_new * c;
      const float d_pre_f = d_f * f * (1.0f - f);
      const float d_z = d_c_new * i;
      const float d_pre_z = d_z * (1.0f - z * z);
      const float d_o = dh * tanh_c;
      const float d_pre_o = d_o * o * (1.0f - o);
      const float d_c = d_c_new * f;"
    `)
  })
})

describe('mingru', () => {
  test('forward in CUDA', () => {
    expect(printed({ a: mingru.a, b: mingru.b }, 'cuda')).toMatchInlineSnapshot(`
      "const float a = sigmoid(-gate);
      const float z = sigmoid(gate);
      const float v1 = sigmoid(hidden);
      const float g = hidden < 0.0f ? v1 : hidden + 0.5f;
      const float b = z * g;"
    `)
  })

  test('forward in WGSL', () => {
    expect(printed({ a: mingru.a, b: mingru.b }, 'wgsl')).toMatchInlineSnapshot(`
      "let a = sigmoid(-gate);
      let z = sigmoid(gate);
      let g = select(hidden + 0.5, sigmoid(hidden), hidden < 0.0);
      let b = z * g;"
    `)
  })

  test('backward in CUDA', () => {
    expect(printed(scanBackwardStep(mingru).inputs, 'cuda')).toMatchInlineSnapshot(`
      "const float lambda = doutput + dcarried;
      const bool v1 = hidden < 0.0f;
      const float v2 = sigmoid(hidden);
      const float g = v1 ? v2 : hidden + 0.5f;
      const float d_z = lambda * g;
      const float z = sigmoid(gate);
      const float v3 = sigmoid(-gate);
      const float d_gate = d_z * z * (1.0f - z) - lambda * h * v3 * (1.0f - v3);
      const float d_g = lambda * z;
      const float d_hidden = v1 ? d_g * v2 * (1.0f - v2) : d_g;"
    `)
  })

  test('backward in WGSL', () => {
    expect(printed(scanBackwardStep(mingru).inputs, 'wgsl')).toMatchInlineSnapshot(`
      "let lambda = doutput + dcarried;
      let v1 = hidden < 0.0;
      let v2 = sigmoid(hidden);
      let g = select(hidden + 0.5, v2, v1);
      let d_z = lambda * g;
      let z = sigmoid(gate);
      let v3 = sigmoid(-gate);
      let d_gate = d_z * z * (1.0 - z) - lambda * h * v3 * (1.0 - v3);
      let d_g = lambda * z;
      let d_hidden = select(d_g, d_g * v2 * (1.0 - v2), v1);"
    `)
  })
})

describe('brackets are those that keep the order of rounding', () => {
  test.each<[Expr, string]>([
    [add(add(x, y), z), 'x + y + z'],
    [add(x, add(y, z)), 'x + (y + z)'],
    [sub(x, sub(y, z)), 'x - (y - z)'],
    [mul(x, mul(y, z)), 'x * (y * z)'],
    [mul(mul(x, y), z), 'x * y * z'],
    [div(x, mul(y, z)), 'x / (y * z)'],
    [div(mul(x, y), z), 'x * y / z'],
    [add(x, mul(y, z)), 'x + y * z'],
    [mul(add(x, y), z), '(x + y) * z'],
    [sub(x, neg(y)), 'x + y'],
    [neg(mul(x, y)), '-(x * y)'],
    [exp(neg(x)), 'expf(-x)'],
    [mul(x, -0.5), 'x * -0.5f'],
    [sub(1, x), '1.0f - x'],
    [add(x, 1e-7), 'x + 1e-7f'],
    [select(less(add(x, 1), y), x, neg(z)), 'x + 1.0f < y ? x : -z'],
    [add(x, select(less(x, y), y, z)), 'x + (x < y ? y : z)'],
  ])('%#: %o', (expr, code) => {
    expect(printExpressions({ out: expr }, { target: 'cuda', leaf: leafName }).lines).toEqual([
      `const float out = ${code};`,
    ])
  })
})

describe('names', () => {
  test('a leaf or a constant needs no line', () => {
    const { lines, results } = printExpressions({ a: x, b: constant(2) }, { target: 'wgsl', leaf: () => 'wx[3]' })
    expect({ lines, results }).toEqual({ lines: [], results: { a: 'wx[3]', b: '2.0' } })
  })

  test('a named leaf gets a line, and all uses of the leaf read it', () => {
    const { lines } = printExpressions(
      { out: mul(named('k', x), add(x, 1)) },
      { target: 'cuda', leaf: () => 'gate[row]' },
    )
    expect(lines).toEqual(['const float k = gate[row];', 'const float out = k * (k + 1.0f);'])
  })

  test('what leaves, keywords, functions and the caller use is kept away from', () => {
    const { lines, results } = printExpressions(
      { x: named('x', add(x, 1)), float: mul(x, 2), sigmoid: mul(x, 3), lane: mul(x, 5), out: named('x', mul(x, 7)) },
      { target: 'cuda', leaf: leafName, reserved: ['lane'] },
    )
    expect(results).toEqual({ x: 'x_2', float: 'float_2', sigmoid: 'sigmoid_2', lane: 'lane_2', out: 'x_3' })
    expect(lines).toHaveLength(5)
  })

  test('a word of one language is a name in the other', () => {
    const lines = (target: 'cuda' | 'wgsl') =>
      printExpressions({ filter: add(x, 1), linux: mul(x, 2) }, { target, leaf: leafName }).lines.map(
        (line) => line.split(' = ')[0],
      )
    expect(lines('cuda')).toEqual(['const float filter', 'const float linux_2'])
    expect(lines('wgsl')).toEqual(['let filter_2', 'let linux'])
  })

  test('every function that printed code calls is reserved', () => {
    const all = [exp(x), log(x), sqrt(x), tanh(x), sigmoid(x), logSigmoid(x), softplus(x), min(x, y), max(x, y)]
    const outputs = Object.fromEntries([...all, select(less(x, y), x, y)].map((expr, index) => [`out${index}`, expr]))
    for (const target of ['cuda', 'wgsl'] as const) {
      const { lines, functions } = printExpressions(outputs, { target, leaf: leafName })
      const called = [...lines, ...functions].join('\n').match(/\b[A-Za-z_]\w*(?=\()/g)!
      expect(new Set(called).size).toBeGreaterThan(8)
      expect(called.filter((name) => !isReserved(name, target))).toEqual([])
    }
  })

  test('an unnamed value that is used twice is computed once', () => {
    const shared = add(x, y)
    const { lines } = printExpressions({ out: mul(shared, exp(add(x, y))) }, { target: 'wgsl', leaf: leafName })
    expect(lines).toEqual(['let v1 = x + y;', 'let out = v1 * exp(v1);'])
  })

  test('two outputs of the same value share a line', () => {
    const { lines, results } = printExpressions({ a: add(x, y), b: add(x, y) }, { target: 'cuda', leaf: leafName })
    expect(lines).toEqual(['const float a = x + y;'])
    expect(results).toEqual({ a: 'a', b: 'a' })
  })

  test('a shared condition is a bool', () => {
    const condition = less(x, y)
    const exprs = { out: add(exp(select(condition, x, z)), select(condition, z, 1)) }
    expect(printExpressions(exprs, { target: 'cuda', leaf: leafName }).lines[0]).toBe('const bool v1 = x < y;')
  })

  test('a name must be an identifier in both languages', () => {
    for (const name of ['', '2x', 'a b', 'a__b', '_x', 'é']) {
      expect(() => named(name, x)).toThrow(expect.objectContaining({ code: 'E_CELL' }))
    }
  })
})

test('no line of a built-in cell is long', () => {
  for (const target of TARGETS) {
    for (const outputs of builtInOutputs()) {
      const { lines } = printExpressions(outputs, { target, leaf: leafName })
      expect(Math.max(0, ...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
    }
  }
})

describe.each(TARGETS)('%s computes what the interpreter computes', { timeout: 60_000 }, (target) => {
  test('for every graph', () => {
    fc.assert(
      fc.property(randomGraph, randomPoint, (exprs, point) => {
        const outputs = Object.fromEntries(exprs.map((expr, index) => [`out${index}`, expr]))
        const variables = { x0: point[0]!, x1: point[1]!, x2: point[2]! }
        expectSame(outputs, target, variables)
      }),
      { numRuns: 500 },
    )
  })

  test('for both passes of every built-in cell', () => {
    for (const [index, outputs] of builtInOutputs().entries()) {
      const variables: Record<string, number> = {}
      evaluate(Object.values(outputs), (leaf) => {
        variables[leafName(leaf)] = Math.sin(17 * index + 3.1 * Object.keys(variables).length)
        return 0
      })
      expectSame(outputs, target, variables)
    }
  })
})

describe('WGSL on a type of values', () => {
  const options = { target: 'wgsl', leaf: leafName, value: 'Value' } as const

  test('mingru reads like its formulas', () => {
    const { lines, functions } = printExpressions({ a: mingru.a, b: mingru.b }, options)
    expect([...functions, ...lines].join('\n')).toMatchInlineSnapshot(`
      "fn sigmoid(x: Value) -> Value {
        let e = exp(-abs(x));
        return select(e, Value(1.0), x >= Value(0.0)) / (1.0 + e);
      }
      let a = sigmoid(-gate);
      let z = sigmoid(gate);
      let g = select(hidden + 0.5, sigmoid(hidden), hidden < Value(0.0));
      let b = z * g;"
    `)
  })

  test.each<[string, Expr]>([
    ['Value(2.0)', constant(2)],
    ['max(x, Value(-1.0))', max(x, -1)],
    ['select(Value(1.0), x, x < Value(0.5))', select(less(x, 0.5), x, 1)],
    ['2.0 * x - 1.0', sub(mul(2, x), 1)],
    ['x / (Value(1.0) / Value(3.0))', div(x, div(1, 3))],
  ])('%s', (code, expr) => {
    const { lines, results } = printExpressions({ out: expr }, options)
    expect(lines.length === 0 ? results['out'] : lines[0]).toBe(lines.length === 0 ? code : `let out = ${code};`)
  })

  test('gives the numbers that it gives on f32, and no scalar where a value has to be', () => {
    fc.assert(
      fc.property(randomGraph, randomPoint, (exprs, point) => {
        const outputs = Object.fromEntries(exprs.map((expr, index) => [`out${index}`, expr]))
        const variables = { x0: point[0]!, x1: point[1]!, x2: point[2]! }
        const printedOnValues = printExpressions(outputs, options)
        const onF32 = printExpressions(outputs, { target: 'wgsl', leaf: leafName })
        expect(runLines(printedOnValues, 'wgsl', variables)).toEqual(runLines(onF32, 'wgsl', variables))
        expectNoBareLiteral(printedOnValues)
      }),
      { numRuns: 500 },
    )
  })
})

/** Literals stand in arithmetic, and in what makes a value of them: never as an argument, compared, or alone. */
function expectNoBareLiteral({ lines, functions, results }: PrintedExpressions): void {
  const statements = [...functions.flatMap((text) => text.split('\n')), ...lines, ...Object.values(results)]
  for (const statement of statements.filter((text) => !text.trimStart().startsWith('//'))) {
    const code = statement.replaceAll(/Value\(-?[\d.]+(e-?\d+)?\)/g, 'value')
    const literal = String.raw`-?\d[\d.]*(e-?\d+)?`
    expect(code).not.toMatch(new RegExp(String.raw`(^|\w\(|, |[<=] )${literal}($|[,;)]| [<=])`))
  }
}

function expectSame(outputs: Record<string, Expr>, target: Target, variables: Record<string, number>): void {
  const found = runLines(printExpressions(outputs, { target, leaf: leafName }), target, variables)
  const wanted = evaluate(Object.values(outputs), (leaf) => variables[leafName(leaf)]!)
  expect(Object.values(found)).toEqual(wanted)
}

/** Forward and backward of every built-in cell. */
function builtInOutputs(): Record<string, Expr>[] {
  return cellNames().flatMap((name) => {
    const found = cell(name)
    if (found.kind === 'scan') {
      const { inputs, weights, ...adjoint } = scanBackwardStep(found)
      return [
        { a: found.a, b: found.b, ...(found.output && { y: found.output }) },
        { ...inputs, ...weights, ...adjoint },
      ]
    }
    const step = backwardStep(found)
    return [
      { ...found.next },
      { ...prefixed('Wx_', step.Wx), ...prefixed('Ry_', step.Ry), ...prefixed('s_', step.states) },
    ]
  })
}

function prefixed(prefix: string, exprs: Readonly<Record<string, Expr>>): Record<string, Expr> {
  return Object.fromEntries(Object.entries(exprs).map(([name, expr]) => [prefix + name, expr]))
}

function printed(outputs: Readonly<Record<string, Expr>>, target: Target): string {
  return printExpressions(outputs, { target, leaf: leafName }).lines.join('\n')
}

function leafName({ kind, name }: Leaf): string {
  if (kind === 'state' || kind === 'input' || kind === 'saved') return name
  return kind === 'gradient' ? `d${name}` : `${kind.toLowerCase()}_${name}`
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  add,
  constant,
  equal,
  input,
  less,
  log,
  max,
  min,
  mul,
  named,
  select,
  state,
  stopGradient,
} from './expression.ts'
import { evaluate } from './evaluate.ts'
import { gradient } from './gradient.ts'
import { randomGraph, randomPoint } from './testing/random-graph.ts'
import type { Expr, Leaf } from './expression.ts'

const wrt = [0, 1, 2].map((index): Leaf => ({ kind: 'input', name: `x${index}` }))
const [x, y] = [input('x0'), input('x1')]

test('the gradient of any graph is its central difference', { timeout: 60_000 }, () => {
  let compared = 0
  fc.assert(
    fc.property(randomGraph, randomPoint, (exprs, point) => {
      const outputs = exprs.map((expr, index) => ({ expr, seed: constant(1 - 0.75 * index) }))
      const derivatives = evaluate(gradient(outputs, wrt), readPoint(point))
      const loss = (at: readonly number[]): number =>
        evaluate(exprs, readPoint(at)).reduce((sum, value, index) => sum + value * (1 - 0.75 * index), 0)
      point.forEach((_, index) => {
        const slopes = differences(loss, point, index)
        if (slopes === undefined) return
        compared++
        expect(Math.abs(derivatives[index]! - slopes.central)).toBeLessThan(slopes.tolerance)
      })
    }),
    { numRuns: 1000 },
  )
  // Points on a kink are left out; they must stay the exception.
  expect(compared).toBeGreaterThan(1500)
})

test('a seed may be any expression', () => {
  const [dx] = gradient([{ expr: mul(x, y), seed: input('x2') }], [wrt[0]!])
  expect(at([3, 5, 7], dx!)).toBe(35)
})

test('leaves count as one by what they name', () => {
  const [dx] = gradient([{ expr: mul(input('x0'), input('x0')), seed: constant(1) }], [wrt[0]!])
  expect(at([3, 0, 0], dx!)).toBe(6)
})

test('a state and an input of the same name are two leaves', () => {
  const wanted: Leaf[] = [
    { kind: 'state', name: 'h' },
    { kind: 'input', name: 'h' },
  ]
  const result = gradient([{ expr: mul(state('h'), add(input('h'), 1)), seed: constant(1) }], wanted)
  expect(evaluate(result, ({ kind }) => (kind === 'state' ? 2 : 10))).toEqual([11, 2])
})

describe('at a tie each argument gets half', () => {
  test.each([
    ['max', max],
    ['min', min],
  ] as const)('%s', (_, op) => {
    const derivatives = gradient([{ expr: op(x, y), seed: constant(3) }], wrt.slice(0, 2))
    expect(evaluate(derivatives, readPoint([4, 4, 0]))).toEqual([1.5, 1.5])
    expect(evaluate(derivatives, readPoint([4, 5, 0]))).toEqual(op === max ? [0, 3] : [3, 0])
    expect(evaluate(derivatives, readPoint([5, 4, 0]))).toEqual(op === max ? [3, 0] : [0, 3])
  })

  test('and the same expression twice gets all', () => {
    const [dx] = gradient([{ expr: max(x, x), seed: constant(1) }], wrt)
    expect(at([4, 0, 0], dx!)).toBe(1)
  })
})

test('nothing flows through stopGradient', () => {
  const [dx] = gradient([{ expr: mul(stopGradient(mul(x, x)), x), seed: constant(1) }], [wrt[0]!])
  expect(at([3, 0, 0], dx!)).toBe(9)
})

test('an unused branch of a select cannot poison the gradient', () => {
  // d log(x) at 0 is infinite, and 0 · ∞ would be NaN.
  const safe = select(equal(x, 0), y, log(x))
  expect(evaluate(gradient([{ expr: safe, seed: constant(1) }], wrt), readPoint([0, 2, 0]))).toEqual([0, 1, 0])
})

test('zeros and ones vanish from the graph', () => {
  const [dx, dy, dz] = gradient([{ expr: add(mul(x, 2), y), seed: constant(1) }], wrt)
  expect(dx).toMatchObject({ op: 'const', value: 2 })
  expect(dy).toMatchObject({ op: 'const', value: 1 })
  expect(dz).toMatchObject({ op: 'const', value: 0 })
})

test('the two branches of a select meet again in one select', () => {
  const [dx] = gradient([{ expr: select(less(x, 0), mul(x, 2), mul(x, y)), seed: input('x2') }], [wrt[0]!])
  expect(dx!.op).toBe('select')
})

test('adjoints carry the names of what they belong to', () => {
  const product = named('p', mul(x, y))
  const [dx] = gradient([{ expr: mul(product, product), seed: constant(1) }], [wrt[0]!])
  expect(dx).toMatchObject({ op: 'mul', name: 'd_x0', args: [{ name: 'd_p' }, y] })
})

function at(point: readonly number[], expr: Expr): number {
  return evaluate([expr], readPoint(point))[0]!
}

function readPoint(point: readonly number[]): (leaf: Leaf) => number {
  return ({ name }) => point[Number(name.slice(1))]!
}

/**
 * The central difference and how far it may be off; undefined next to a kink or a jump, which the slopes on both sides
 * give away: for a smooth function they differ by step · f''.
 */
function differences(
  loss: (point: readonly number[]) => number,
  point: readonly number[],
  index: number,
): { readonly central: number; readonly tolerance: number } | undefined {
  const step = 1e-5
  const moved = (by: number): number => loss(point.with(index, point[index]! + by))
  const [before, here, after] = [moved(-step), moved(0), moved(step)]
  const [left, right] = [(here - before) / step, (after - here) / step]
  const scale = 1 + Math.abs(left) + Math.abs(right) + Math.abs(here)
  if (!Number.isFinite(scale) || scale > 1e4 || Math.abs(left - right) > 1e-2 * scale) return undefined
  // A third derivative d gives step² d / 6; rounding gives 2^-52 |f| / step. The kink test leaves up to 1e-2 of doubt
  // only where the second derivative is large, so it enters here.
  return { central: (after - before) / (2 * step), tolerance: 1e-5 * scale + Math.abs(left - right) }
}

import fc from 'fast-check'
import {
  add,
  constant,
  div,
  equal,
  exp,
  input,
  less,
  lessEqual,
  log,
  logSigmoid,
  max,
  min,
  mul,
  named,
  neg,
  select,
  sigmoid,
  softplus,
  sqrt,
  sub,
  tanh,
} from '../expression.ts'
import type { Expr } from '../expression.ts'

export const LEAF_COUNT = 3

// Each takes any finite arguments: denominators, logarithms and roots are kept away from 0, exponents from overflow.
const OPERATIONS: readonly ((x: Expr, y: Expr, z: Expr) => Expr)[] = [
  add,
  sub,
  mul,
  (x, y) => div(x, add(1.25, mul(y, y))),
  (x, y) => div(x, sub(softplus(y), -0.5)),
  max,
  min,
  (x) => neg(x),
  (x) => exp(tanh(x)),
  (x) => log(add(softplus(x), 0.25)),
  (x) => sqrt(add(mul(x, x), 0.5)),
  (x) => tanh(x),
  (x) => sigmoid(x),
  (x) => sigmoid(neg(x)),
  (x) => logSigmoid(x),
  (x) => softplus(x),
  (x, y, z) => select(less(x, y), z, mul(x, y)),
  (x, y, z) => select(lessEqual(x, y), sub(z, y), 0),
  (x, y, z) => select(equal(x, y), z, neg(y)),
  (x, y) => add(select(less(x, 0.5), 0, y), mul(y, 3)),
  (x) => named('mid', mul(x, 0.75)),
  (x) => sub(x, constant(2)),
]

/** A graph over the inputs `x0`, `x1`, `x2` whose later nodes use any of the earlier ones, so most are shared. */
export const randomGraph: fc.Arbitrary<readonly Expr[]> = fc
  .array(fc.record({ op: fc.nat(), x: fc.nat(), y: fc.nat(), z: fc.nat() }), { minLength: 1, maxLength: 14 })
  .map((steps) => {
    const nodes: Expr[] = Array.from({ length: LEAF_COUNT }, (_, index) => input(`x${index}`))
    for (const { op, x, y, z } of steps) {
      const pick = (choice: number): Expr => nodes[choice % nodes.length]!
      nodes.push(OPERATIONS[op % OPERATIONS.length]!(pick(x), pick(y), pick(z)))
    }
    return nodes.slice(-3)
  })

// The odd offsets keep inputs from being equal by accident: fast-check likes zeros, and at a single point where `equal`
// happens to hold a derivative means little.
export const randomPoint: fc.Arbitrary<readonly number[]> = fc
  .array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: LEAF_COUNT, maxLength: LEAF_COUNT })
  .map((point) => point.map((value, index) => value + 0.0731 * (index + 1) ** 1.7))

import { expect, test } from 'vitest'
import * as w from './rule-writer.ts'
import { parse } from './model.ts'
import { SpaceError } from './source.ts'

test('rules written in TypeScript are the rules of the file', () => {
  const rules = new w.RuleWriter('tiles.space')
  const n = rules.given('N')
  const a = rules.param('A', w.values(1, n, w.multiply(3, n)))
  const b = rules.param('B', w.range(-2, n, 2))
  const c = rules.param('C', w.range(1))
  const d = rules.param('D', w.powersOfTwo(1, 64))
  const e = rules.param('E', w.divisors(n))
  const isEven = rules.let('EVEN', w.equal(w.remainder(b, 4), 0))
  const sum = rules.let('SUM', w.add(a, w.subtract(b, -7)))
  rules
    .rule('bounded', w.and(w.atMost(c, d), w.atMost(d, 32)))
    .rule('logic', w.implies(isEven, w.not(w.or(w.equal(c, 3), w.equal(c, 5)))))
    .rule('choice', w.choose(isEven, w.greater(e, 1), w.equal(e, 1)))
    .rule(
      'table',
      w.oneOf(
        [c, d],
        [
          [1, 4],
          [2, 8],
          [3, 8],
        ],
      ),
    )
    .rule('one', w.oneOf([b], [[-2], [0], [2], [6]]))
    .rule('numbers', w.atLeast(w.choose(isEven, 2, 1), w.floorDivide(w.power(2, 2), w.ceilDivide(9, 2))))
    .rule('calls', w.less(w.max(w.min(sum, 9), w.abs(b), w.roundUp(c, 4), w.gcd(n, c), w.lcm(2, c), w.log2(d)), 40))
    .rule('division', w.unequal(w.divide(12, e), 5))
    .rule('divides', w.divides(e, n))
    .minimise(sum)
  const text = `given N
param A in [1, N, (3 * N)]
param B in (-2)..N step 2
param C in 1..
param D in pow2(1..64)
param E in divisors(N)
let EVEN = ((B % 4) == 0)
let SUM = (A + (B - (-7)))
rule "bounded" : ((C <= D) and (D <= 32))
rule "logic" : (EVEN implies (not ((C == 3) or (C == 5))))
rule "choice" : (if EVEN then (E > 1) else (E == 1))
rule "table" : ((C, D) in [(1, 4), (2, 8), (3, 8)])
rule "one" : (B in [-2, 0, 2, 6])
rule "numbers" : ((if EVEN then 2 else 1) >= ((2 ^ 2) // ceil_div(9, 2)))
rule "calls" : (max(min(SUM, 9), abs(B), round_up(C, 4), gcd(N, C), lcm(2, C), log2(D)) < 40)
rule "division" : ((12 / E) != 5)
rule "divides" : divides(E, N)
minimise SUM
`
  expect(rules.text).toBe(text)
  expect(rules.model()).toEqual(parse(text, { file: 'tiles.space' }))
})

test('what is no name, number or rule is refused at once', () => {
  const rules = new w.RuleWriter()
  expect(() => rules.given('A in 1')).toThrow('"A in 1" is not a name')
  expect(() => w.add(1.5, 2)).toThrow('1.5 is not an integer')
  expect(() => rules.rule('a "b"', w.less(1, 2))).toThrow('cannot name a rule')
  rules.given('A')
  rules.given('A')
  expect(() => rules.model()).toThrow(SpaceError)
})

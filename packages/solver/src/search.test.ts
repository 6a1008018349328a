import { describe, expect, test } from 'vitest'
import { all, bind, count, minimise, nth, parse, sample, stream, violated, type Space } from './index.ts'
import { loopsSource } from './search/loops.ts'
import { asIfLarge } from './search/nest.ts'
import { prepare } from './search/prepare.ts'

function space(text: string, givens: Record<string, number> = {}): Space {
  return bind(parse(text), givens)
}

/** The loops that count the solutions of a space's largest component. */
function loopsOf(text: string, givens?: Record<string, number>): string {
  return loopsSource(prepare(space(text, givens)).components.at(-1)!, { leaf: () => 'n++;' })
}

describe('what the loops do by themselves', () => {
  test('a helper is computed, not searched for', () => {
    const text = 'param A in 1..9\nparam B in 1..9\nparam BYTES in 0..\nrule "bytes" : BYTES == 1000 * A * B'
    const prepared = prepare(space(`${text}\nrule "fits" : BYTES <= 20000`))
    expect(prepared.components.flatMap(({ loops }) => loops)).toHaveLength(2)
    expect(count(space(`${text}\nrule "fits" : BYTES <= 20000`))).toBe(42n)
  })

  test('the last variable of an equality is solved for', () => {
    expect(loopsOf('param A in 1..500\nparam B in 1..500\nrule "r" : 3 * A - B == 7')).toMatch(/const q1=/)
  })

  test('divisors are looked up', () => {
    expect(loopsOf('param A in 1..500\nparam B in 1..500\nrule "r" : A % B == 0')).toContain('X[1].divisors(p0)')
  })

  test('0 divides 0, whether it is tested early or looked up', () => {
    const early = 'param A in [3, 6, 9]\nparam B in -1..0\nrule "r" : divides(A * B, B)'
    const lookedUp = 'param A in 0..9\nparam B in 0..3\nrule "r" : divides(A, B)'
    const counts = (text: string): readonly bigint[] => [count(space(text)), asIfLarge(() => count(space(text)))]
    expect(counts(early)).toEqual([3n, 3n])
    // 0 is divided by all ten, 1 by one, 2 and 3 by two each.
    expect(counts(lookedUp)).toEqual([15n, 15n])
  })

  test('a loop ends where a growing side has gone past its limit', () => {
    expect(loopsOf('param A in 1..500\nparam B in 1..500\nrule "r" : A * B <= 500')).toMatch(/<=500\)\)break;/)
  })

  test('an outer loop is cut by what the inner one can be at best', () => {
    const text = 'param A in 1..500\nparam B in 3..500\nparam C in 2..9\nrule "r" : A * B * C <= 900'
    expect(prepare(space(text)).problem.domains.map((domain) => domain)).toEqual([
      Array.from({ length: 150 }, (_, i) => i + 1),
      Array.from({ length: 448 }, (_, i) => i + 3),
      Array.from({ length: 8 }, (_, i) => i + 2),
    ])
    expect(loopsOf(text)).toMatch(/if\(!\(\(\(p\d\*3\)\*p0\)<=900\)\)|if\(!\(\(\(1\*3\)\*p0\)|<=900/)
  })

  test('a long range that an equality determines is never listed', () => {
    const text = 'param A in 1..100\nparam N in 1..1000000000000\nrule "r" : N * 2 == A * A * 1000000000'
    expect(count(space(text))).toBe(44n)
  })
})

test('everything divides 0', () => {
  const text = 'param A in 1..100000\nparam B in [3, 5]\nrule "r" : (B - 3) % A == 0'
  expect(count(space(text))).toBe(100_002n)
})

test('what a condition guards is not computed before it', () => {
  const text = 'param A in 1..60000\nparam B in [1, 2]\nparam C in [1, 2]\nrule "r" : A + B + C < 40 and A ^ 9 > 0'
  expect(count(space(text))).toBe(37n + 36n + 36n + 35n)
})

describe('spaces too large to list', () => {
  // A chain of divisors: connected, so no component is small; what follows depends only on the last one.
  const chain = [
    ...Array.from({ length: 24 }, (_, i) => `param X${i} in divisors(720720)`),
    ...Array.from({ length: 23 }, (_, i) => `rule "${i}" : X${i + 1} % X${i} == 0`),
  ].join('\n')

  test('are counted', () => {
    // Chains of 24 in the divisor lattice of 2^4 · 3^2 · 5 · 7 · 11 · 13: multisets of exponents, prime by prime.
    const multisets = (levels: bigint): bigint => {
      let count = 1n
      for (let i = 1n; i < levels; i++) count = (count * (24n + i)) / i
      return count
    }
    const expected = multisets(5n) * multisets(3n) * multisets(2n) ** 4n
    expect(count(space(chain))).toBe(expected)
    expect(expected).toBeGreaterThan(2n ** 40n)
  })

  test('have a first, a last and draws between', () => {
    const whole = space(chain)
    const total = count(whole)
    for (const one of [nth(whole, 0)!, nth(whole, total - 1n)!, ...sample(whole, 20, 3)])
      expect(violated(whole, one)).toEqual([])
    expect(nth(whole, total)).toBeUndefined()
    expect(sample(whole, 2, 3)).toEqual(sample(whole, 2, 3))
  })

  test('are streamed in the order of positions', () => {
    const free = space('param A in 1..3000\nparam B in 1..3000\nparam C in 1..7\nrule "r" : A + B != 9')
    expect(() => all(free)).toThrow('too many to list')
    let rows = 0
    for (const { columns, length } of stream(free, { rows: 5000 })) {
      const found = nth(free, rows)!
      expect(columns.map((column) => column[0])).toEqual(Object.values(found))
      rows += length
      if (rows > 40_000) break
    }
  })
})

test('a search for the best does not look at everything', () => {
  const text = 'param A in 1..1000\nparam B in 1..1000\nrule "area" : A * B >= 1000\nminimise A + B'
  const optimum = minimise(space(text))
  if (optimum.status !== 'solved') throw new Error('nothing fits')
  expect(optimum.objective).toBe(64)
  expect(optimum.certificate.nodes).toBeLessThan(100_000)
})

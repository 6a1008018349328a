import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bind, checkCertificate, minimise, parse, type Certificate } from './index.ts'
import { description, LARGE, solutions, spaceOf } from './random-model.fixture.ts'
import { patience, runs } from './soak.fixture.ts'
import { SpaceError } from './language/source.ts'

function certified(text: string): readonly [ReturnType<typeof bind>, Certificate] {
  const space = bind(parse(text), {})
  const optimum = minimise(space)
  if (optimum.status !== 'solved') throw new Error('nothing fits')
  return [space, optimum.certificate]
}

const TILES = `param A in 1..60
param B in divisors(720)
param C in 0..
rule "area" : A * B >= 500
rule "sum" : C == A + 2 * B
minimise C`

test('the checker proves what the search proved', patience(60_000), () => {
  const property = fc.property(description, (model) => {
    try {
      solutions(model)
      const space = spaceOf(model)
      const optimum = minimise(space)
      if (optimum.status === 'infeasible') return
      expect(checkCertificate(space, optimum.certificate).status).toBe('verified')
    } catch (error) {
      fc.pre(error !== LARGE && !(error instanceof SpaceError && error.code === 'E_SPACE_OVERFLOW'))
      throw error
    }
  })
  fc.assert(property, runs(300))
})

test('a range without end is proven through its rules', () => {
  const [space, certificate] = certified(TILES)
  expect(certificate.objective).toBe(64)
  expect(checkCertificate(space, certificate)).toMatchObject({ status: 'verified' })
})

test('a parameter that a rule determines is no longer free, wherever it stands in the order', () => {
  const text = 'param A in 3..\nparam B in 2..\nparam C in [-4, -2, 5]\nlet SIZE = abs(C)\nminimise SIZE'
  const rules = 'rule "end" : A <= 5\nrule "B" : B == 2\nrule "is" : B == A - 2\nrule "even" : A % B == 0'
  const [space, certificate] = certified(`${text}\n${rules}`)
  expect(checkCertificate(space, { ...certificate, order: ['B', 'A', 'C'] }, 1000)).toMatchObject({
    status: 'verified',
  })
})

test('what does not hold is refuted, with a reason', () => {
  const [space, certificate] = certified(TILES)
  const reasonFor = (changed: Partial<Certificate>, of = space): unknown =>
    checkCertificate(of, { ...certificate, ...changed })
  expect(reasonFor({ configuration: { A: 1, B: 1, C: 3 }, objective: 3, bound: 3 })).toEqual({
    status: 'refuted',
    reason: 'its configuration breaks "area"',
  })
  expect(reasonFor({ bound: 60 })).toMatchObject({ reason: expect.stringContaining('not 64 with bound 60') })
  const worse = { A: 60, B: 9, C: 78 }
  expect(reasonFor({ configuration: worse, objective: 78, bound: 78 })).toMatchObject({
    status: 'refuted',
    reason: expect.stringContaining('is better'),
  })
  const other = bind(parse(TILES.replace('500', '400')), {})
  expect(reasonFor({}, other)).toMatchObject({ reason: expect.stringContaining('other rules') })
  expect(checkCertificate(space, certificate, 10)).toMatchObject({ status: 'open' })
})

import { describe, expect, test } from 'vitest'
import { ModelError } from './errors.ts'
import { ModelBuilder } from './model.ts'
import type { LinearModel, Term } from './model.ts'
import { solve } from './solve.ts'

const builder = (): ModelBuilder => new ModelBuilder('m').variable('x').variable('n', { upper: 5, integer: true })

describe('a model', () => {
  test('holds each variable once in a row and in the objective', async () => {
    const terms: readonly Term[] = [[1, 'x'], [2, 'n'], [3, 'x']] // prettier-ignore
    const model = builder().row('r', terms, '>=', 8).minimise(terms)
    const merged = [[4, 'x'], [2, 'n']] // prettier-ignore
    expect(model.rows[0]!.terms).toEqual(merged)
    expect(model.objective).toEqual(merged)
    expect(await solve(model)).toMatchObject({ status: 'optimal', objective: 8 })
  })

  const terms: readonly Term[] = [[1, 'x']]
  test.each<[() => LinearModel, string]>([
    [() => builder().row('r', [[1, 'y']], '<=', 1).minimise([]), 'm: row r: unknown variable y; declare it before it is used'],
    [() => builder().minimise([[1, 'y']]), 'm: objective: unknown variable y; declare it before it is used'],
    [() => builder().row('r', [[NaN, 'x']], '<=', 1).minimise([]), 'm: row r: the coefficient of x is NaN; it has to be a finite number'],
    [() => builder().row('r', [[Infinity, 'x']], '<=', 1).minimise([]), 'm: row r: the coefficient of x is Infinity; it has to be a finite number'],
    [() => builder().maximise([[-Infinity, 'n']]), 'm: objective: the coefficient of n is -Infinity; it has to be a finite number'],
    [() => builder().row('r', terms, '=', NaN).minimise([]), 'm: row r: the right side is NaN; it has to be a finite number'],
    [() => builder().row('r', terms, '<=', Infinity).minimise([]), 'm: row r: the right side is Infinity; it has to be a finite number'],
    [() => builder().row('r', terms, '<=', 1).row('r', terms, '<=', 2).minimise([]), 'm: row r is declared twice; give one of them another name'],
    [() => builder().variable('x').minimise([]), 'm: variable x is declared twice; give one of them another name'],
    [() => builder().variable('y', { lower: NaN }).minimise([]), 'm: y: lower bound is NaN; it has to be a finite number, or -Infinity for none'],
    [() => builder().variable('y', { upper: -Infinity }).minimise([]), 'm: y: upper bound is -Infinity; it has to be a finite number, or Infinity for none'],
    [() => builder().variable('y', { lower: 2, upper: 1 }).minimise([]), 'm: y: lower bound 2 is above upper bound 1; exchange them'],
    [() => builder().variable('k', { lower: 0.5, integer: true }).minimise([]), 'm: k: lower bound of an integer variable is 0.5; round it up'],
    [() => builder().variable('k', { upper: 2.5, integer: true }).minimise([]), 'm: k: upper bound of an integer variable is 2.5; round it down'],
    [() => builder().variable('x'.repeat(256)).minimise([]), 'm: the name xxxxxxxxxxxxxxxxxxxx... has 256 bytes; GLPK takes 255, give a shorter one'],
    [() => builder().variable('é'.repeat(128)).minimise([]), 'm: the name éééééééééééééééééééé... has 256 bytes; GLPK takes 255, give a shorter one'],
    [() => builder().row('a\tb', terms, '<=', 1).minimise([]), 'm: the name "a\\tb" has a control character; leave it out'],
    [() => new ModelBuilder('m\x7f').minimise([]), 'model: the name "m\x7f" has a control character; leave it out'],
  ])('is refused: %#', (build, message) => {
    expect(build).toThrow(new ModelError('E_MODEL', message))
  }) // prettier-ignore
})

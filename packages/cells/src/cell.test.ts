import { describe, expect, test } from 'vitest'
import {
  CellError,
  Ry,
  Wx,
  add,
  backwardStep,
  bias,
  cell,
  cellNames,
  constant,
  defineCell,
  evaluate,
  input,
  leavesOf,
  lstm,
  named,
  preactivation,
  registerCell,
  state,
  tanh,
} from './index.ts'
import type { RecurrentCell, ScanCell } from './index.ts'

const plain: RecurrentCell = {
  kind: 'recurrent',
  name: 'plain',
  states: ['h'],
  inputGates: ['g'],
  recurrentGates: ['g'],
  biasGates: ['g'],
  next: { h: tanh(preactivation('g')) },
}
const leaky: ScanCell = { kind: 'scan', name: 'leaky', inputs: ['x'], a: constant(0.5), b: input('x') }

describe('a cell that does not hold together is refused, in words', () => {
  const h = tanh(preactivation('g'))
  test.each([
    [{ ...plain, next: { h: add(h, Wx('q')) } }, 'cell plain, h: unknown Wx q: inputGates has g; add it to inputGates'],
    [
      { ...plain, next: { h: add(h, Ry('q')) } },
      'cell plain, h: unknown Ry q: recurrentGates has g; add it to recurrentGates',
    ],
    [{ ...plain, next: { h: add(h, bias('q')) } }, 'cell plain, h: unknown b q: biasGates has g; add it to biasGates'],
    [{ ...plain, next: { h: add(h, state('c')) } }, 'cell plain, h: unknown state c: states has h; add it to states'],
    [
      { ...plain, next: { h: add(h, input('x')) } },
      'cell plain, h: input x cannot be read here: this kind of cell reads Wx, Ry, b, state; use one of these',
    ],
    [
      { ...plain, biasGates: ['g', 'q'] },
      'cell plain, biasGates: q is declared and never read: no expression has b q; use it or take it out',
    ],
    [{ ...plain, states: ['h', 'c'] }, 'cell plain, next: state c has no next value: next has h; add next.c'],
    [{ ...plain, next: { h, c: h } }, 'cell plain, next.c: unknown state c: the states are h; declare it in states'],
    [{ ...plain, states: [] }, 'cell plain, states: the list is empty: 0 names; name at least one'],
    [{ ...plain, recurrentGates: [] }, 'cell plain, recurrentGates: the list is empty: 0 names; name at least one'],
    [{ ...plain, inputGates: ['g', 'g'] }, 'cell plain, inputGates: g stands there twice: g, g; name each once'],
    [
      { ...plain, states: ['h t'] },
      'name "h t": not an identifier in CUDA and WGSL: "h t"; use letters, digits and single underscores, a letter first',
    ],
    [
      { ...plain, name: '2d' },
      'cell "2d": no kernel can be called after it; use letters, digits and single hyphens, a letter first',
    ],
    [
      { ...leaky, a: state('h') },
      'cell leaky, a: state h cannot be read here: this kind of cell reads input, weight; use one of these',
    ],
    [{ ...leaky, a: input('y') }, 'cell leaky, a: unknown input y: inputs has x; add it to inputs'],
    [
      { ...leaky, b: constant(1) },
      'cell leaky, inputs: x is declared and never read: no expression has input x; use it or take it out',
    ],
  ])('%#', (broken, message) => {
    expect(() => defineCell(broken)).toThrow(new CellError('E_CELL', message))
    expect(() => defineCell(broken)).toThrow(expect.objectContaining({ code: 'E_CELL' }))
  })
})

test('a sound cell comes back as it is', () => {
  expect(defineCell(plain)).toBe(plain)
  expect(defineCell(leaky)).toBe(leaky)
})

describe('names', () => {
  test('a registered cell is found beside the built-in ones', () => {
    const mine = { ...leaky, name: 'registered_leaky' }
    registerCell(mine)
    expect(cell('registered_leaky')).toBe(mine)
    expect(cellNames()).toEqual(expect.arrayContaining(['elman', 'gru', 'lstm', 'registered_leaky', 'slstm']))
  })

  test('registering checks the cell', () => {
    expect(() => registerCell({ ...plain, name: 'broken', biasGates: [] })).toThrow(/unknown b g/)
    expect(cellNames()).not.toContain('broken')
  })

  test('a name with which no entry point can begin is refused', () => {
    for (const name of ['', '2d', 'my cell', 'a--b', 'a-', 'a\nb'])
      expect(() => defineCell({ ...leaky, name }), name).toThrow(expect.objectContaining({ code: 'E_CELL' }))
    for (const name of ['rg-lru', 'my_cell', 'S5', 'float'])
      expect(() => defineCell({ ...leaky, name }), name).not.toThrow()
  })

  test('a taken name is refused', () => {
    expect(() => registerCell({ ...plain, name: 'lstm' })).toThrow(
      new CellError('E_CELL', 'cell lstm: the name is taken: lstm is registered already; choose another name'),
    )
    expect(cell('lstm')).toBe(lstm)
  })

  test('an unknown name gets the nearest one', () => {
    expect(() => cell('lsmt')).toThrow(/^cell lsmt: unknown cell: there are elman, gru, .*; did you mean lstm\?$/)
    expect(() => cell('transformer')).toThrow(/; use one of these or register it$/)
    expect(() => cell('toString')).toThrow(expect.objectContaining({ code: 'E_CELL' }))
  })
})

test('a constant must be finite as a float32', () => {
  expect(() => constant(1e39)).toThrow(
    new CellError('E_CELL', 'constant: not a finite float32: 1e+39; use a finite value below 3.4e38'),
  )
})

describe('one step backward', () => {
  test('reads what was saved instead of computing it again', () => {
    const step = backwardStep(lstm, ['i', 'f', 'z', 'o', 'tanh_c'])
    const exprs = [...Object.values(step.Wx), ...Object.values(step.states)]
    expect(
      leavesOf(exprs)
        .map(({ kind, name }) => `${kind} ${name}`)
        .sort(),
    ).toEqual(
      ['gradient c', 'gradient h', 'saved f', 'saved i', 'saved o', 'saved tanh_c', 'saved z', 'state c'].sort(),
    )
  })

  test('gives the same numbers with and without saved values', () => {
    const leafValue = ({ kind, name }: { kind: string; name: string }): number =>
      Math.sin([...`${kind} ${name}`].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1000)
    const forwardValues = evaluate([named('i', backwardStep(lstm).Wx['i']!)], leafValue)
    const [pre] = evaluate([preactivation('i')], leafValue)
    const step = backwardStep(lstm, ['pre_i'])
    const found = evaluate([step.Wx['i']!], (leaf) => (leaf.kind === 'saved' ? pre! : leafValue(leaf)))
    expect(found).toEqual(forwardValues)
  })

  test('a name that the cell does not have is refused', () => {
    expect(() => backwardStep(lstm, ['gate'])).toThrow(
      'cell lstm: no expression named gate: there are pre_f, f, pre_i, i, pre_z, z, c_new, pre_o, o, tanh_c, h_new; save one of these or name it with named()',
    )
    expect(() => backwardStep({ ...plain, next: { h: add(add(Wx('g'), Ry('g')), bias('g')) } }, ['g'])).toThrow(
      'cell plain: no expression named g: there are none; save one of these or name it with named()',
    )
  })
})

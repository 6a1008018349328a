import { readdirSync, readFileSync } from 'node:fs'
import { cell, cellNames, input, registerCell, sigmoid, weight, type ScanCell } from '@tilewright/cells'
import { identifiers } from '@tilewright/templates/identifiers'
import { describe, expect, test } from 'vitest'
import { checkKernel } from '../check.ts'
import type { Pass, Problem, Target } from '../problem.ts'

const TARGETS = ['cuda', 'wgsl'] as const
const PASSES = ['forward', 'backward'] as const
const sizes = { dtype: 'f32', batch: 2, time: 3, heads: 1, headDim: 8 } as const

// Before the tests register theirs.
const BUILT_IN = cellNames().map(cell)

let cells = 0

/** What a kernel says of a cell with these inputs and weights; empty where it takes it. */
function said(
  inputs: readonly string[],
  [pass, target]: readonly [Pass, Target],
  { weights = [], ...flags }: Partial<Problem> & { readonly weights?: readonly string[] } = {},
): string {
  const name = `named-${++cells}`
  const sum = [...inputs.map(input), ...weights.map(weight)].reduce((left, right) => ({
    op: 'add',
    args: [left, right],
  }))
  registerCell({ kind: 'scan', name, inputs, weights, a: sigmoid(sum), b: sum })
  try {
    checkKernel({ kernel: 'scan', pass, target }, { ...sizes, cell: name, ...flags })
    return ''
  } catch (error) {
    expect(error).toMatchObject({ code: 'E_KERNEL' })
    return (error as Error).message.replace(name, 'cell')
  }
}

describe.each(TARGETS)('%s', (target) => {
  const forward = ['forward', target] as const
  const backward = ['backward', target] as const

  test.each(PASSES)('%s: what a template says itself is no name for an input or a weight', (pass) => {
    const { tensors } = identifiers[`scan/${pass}.${target}`]!
    const names = tensors.filter((name) => !name.startsWith('__'))
    expect(names.length).toBeGreaterThan(100)
    for (const name of names) {
      expect(said([name], [pass, target]), name).toContain(`input ${name}: scan ${pass} ${target} calls it ${name}, `)
      expect(said(['x'], [pass, target], { weights: [name] }), name).toContain(`weight ${name}: `)
    }
  })

  test('the built-in cells are taken', () => {
    for (const each of BUILT_IN) {
      const problem: Problem = { ...sizes, cell: each.name }
      if (each.kind === 'recurrent') {
        checkKernel({ kernel: 'recurrent-fused', pass: 'forward', target }, problem)
        continue
      }
      for (const pass of PASSES)
        for (const flags of [{}, { packed: each.inputs }, { checkpoint: 4, resets: true, cuSeqlens: true }])
          expect(() => checkKernel({ kernel: 'scan', pass, target }, { ...problem, ...flags })).not.toThrow()
    }
  })

  test('usual names are taken', () => {
    const names = [
      'x',
      'gate',
      'hidden',
      'forget',
      'decay',
      'value',
      'key',
      'delta',
      'dt',
      'u',
      'lambda',
      'sum',
      'step',
    ]
    for (const pass of PASSES) for (const name of names) expect(said([name], [pass, target])).toBe('')
  })

  test('two inputs that need one name are refused', () => {
    expect(said(['x', 'dx'], backward)).toBe(
      `cell: input dx: scan backward ${target} calls it dx, as it does something of input x; rename it`,
    )
    expect(said(['x', 'dx'], forward)).toBe('')
    expect(said(['x_t', 'x'], forward)).toBe(
      `cell: input x: scan forward ${target} calls something of it x_t, as it does something of input x_t; rename it`,
    )
    expect(said(['x', 'xValues'], forward)).toContain('something of input x;')
    expect(said(['x', 'dxPacks'], backward)).toContain('something of input x;')
    expect(said(['x', 'dwSum'], backward, { weights: ['w'] })).toContain('weight w: ')
  })

  test("the kernel's own tensors are refused, and what it derives of them", () => {
    for (const name of ['h', 'h0', 'lastState', 'resets', 'checkpoints', 'cuSeqlens', 'y', 'time', 'state'])
      expect(said([name], forward, { resets: true }), name).toContain('a name that it has itself; rename it')
    for (const name of ['h', 'h0', 'LastState', 'dh', 'dh0', 'dLastState', 'dh_t', 'dhPacks'])
      expect(said([name], backward), name).toContain('a name that it has itself; rename it')
  })

  test('packed inputs have a tensor and columns that no other has', () => {
    const packed = ['gateZ', 'gate_z']
    expect(said(packed, forward)).toBe('')
    expect(said(packed, forward, { packed })).toContain('calls something of it GATE_Z_COLUMN, as it does')
    expect(said(['packed'], forward)).toBe('')
    expect(said(['packed'], forward, { packed: ['packed'] })).toContain('a name that it has itself')
  })
})

test('words of a language are refused where it is the target', () => {
  expect(said(['filter', 'x'], ['forward', 'wgsl'])).toBe(
    'cell: input filter: scan forward wgsl calls it filter, a word of WGSL; rename it',
  )
  expect(said(['filter'], ['forward', 'cuda'])).toBe('')
  expect(said(['linux'], ['forward', 'cuda'])).toContain('a word of CUDA;')
  expect(said(['linux'], ['forward', 'wgsl'])).toBe('')
  // A value of one step would be size_t, the gradient of o would be do.
  expect(said(['size'], ['forward', 'cuda'])).toContain('calls something of it size_t,')
  expect(said(['size'], ['forward', 'wgsl'])).toBe('')
  expect(said(['o'], ['forward', 'cuda'])).toBe('')
  expect(said(['o'], ['backward', 'cuda'])).toBe(
    'cell: input o: scan backward cuda calls something of it do, a word of CUDA; rename it',
  )
})

test('names of the template are refused', () => {
  expect(said(['filter', 'load_acquire'], ['forward', 'cuda'])).toBe(
    'cell: input load_acquire: scan forward cuda calls it load_acquire, a name that it has itself; rename it',
  )
  for (const target of TARGETS) expect(said(['fold_steps'], ['forward', target])).toContain('calls it fold_steps,')
})

// What a kernel declares for an input or a weight is written down in names.ts; a template that makes another name of one
// must not go unseen.
test('the templates of scans make these names of those that a cell gives, and no others', () => {
  const root = new URL('../../../../templates/', import.meta.url)
  const made = new Set<string>()
  for (const folder of ['scan/', 'partials/'])
    for (const file of readdirSync(new URL(folder, root)).filter((name) => name.endsWith('.hbs')))
      for (const [, before, , after] of readFileSync(new URL(folder + file, root), 'utf8').matchAll(
        /(\w*)\{\{(name|this|tensor|OUTPUT_NAME)\}\}(\w*)/g,
      ))
        made.add(`${before}*${after}`)
  expect([...made].sort()).toEqual(['*', '*Packs', '*Sum', '*Values', '*_t', 'd*', 'd*Packs', 'd*_t'].sort())
})

test('a cell is refused before anything is solved or rendered', () => {
  const broken: ScanCell = { kind: 'scan', name: 'broken', inputs: ['tile'], a: input('tile'), b: input('tile') }
  registerCell(broken)
  expect(() => checkKernel({ kernel: 'scan', pass: 'forward', target: 'cuda' }, { ...sizes, cell: 'broken' })).toThrow(
    'broken: input tile: scan forward cuda calls it tile, a name that it has itself; rename it',
  )
})

import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { backward, cell, forward, scanBackward, scanForward } from './index.ts'
import type { RecurrentCell, ScanCell } from './index.ts'
import { expectClose } from './testing/expect-close.ts'

// Golden tensors of the published implementations; data/vectors/README.md tells what they hold.
const directory = new URL('../data/vectors/', import.meta.url)
const files = readdirSync(directory).filter((name) => name.endsWith('.json'))

test.each(files)('%s agrees to 1e-9', (file) => {
  const vectors = readVectors(file)
  const { kind } = vectors.cell
  if (kind === 'recurrent') expectRecurrent(vectors.cell, vectors)
  else expectScan(vectors.cell, vectors)
})

test('the files cover every built-in cell', () => {
  const covered = new Set(files.map((file) => readVectors(file).cell.name))
  expect([...covered].sort()).toEqual(
    ['elman', 'gru', 'linear', 'lstm', 'mingru', 'minlstm', 'slstm', 'slstm-detached'].sort(),
  )
})

function expectRecurrent(recurrent: RecurrentCell, { counts, tensor }: Vectors): void {
  const sizes = { batch: counts.B!, time: counts.T!, heads: counts.heads!, headDim: counts.headDim! }
  const inputs = { Wx: tensor('Wx'), R: tensor('R'), b: tensor('b'), initialStates: tensor('initialStates') }
  const { states } = forward(recurrent, sizes, inputs)
  expectClose('states', states, tensor('states'))
  const gradients = backward(recurrent, sizes, inputs, states, tensor('dStates'))
  for (const [name, values] of Object.entries(gradients)) expectClose(name, values, tensor(name))
}

function expectScan(scan: ScanCell, { counts, tensor, has }: Vectors): void {
  const sizes = { batch: counts.B!, time: counts.T!, channels: counts.D! }
  const inputs = Object.fromEntries(scan.inputs.map((name) => [name, tensor(name)]))
  const initial = has('h0') ? { h0: tensor('h0') } : {}
  const { h } = scanForward(scan, sizes, inputs, initial.h0)
  expectClose('h', h, tensor('h'))
  const { dInputs, dh0 } = scanBackward(scan, sizes, inputs, { h, dOutput: tensor('dh'), ...initial })
  for (const name of scan.inputs) expectClose(`d${name}`, dInputs[name]!, tensor(`d${name}`))
  if (has('h0')) expectClose('dh0', dh0, tensor('dh0'))
}

interface Vectors {
  readonly cell: RecurrentCell | ScanCell
  readonly counts: Readonly<Record<string, number>>
  has(name: string): boolean
  tensor(name: string): Float64Array
}

function readVectors(file: string): Vectors {
  const content = JSON.parse(readFileSync(new URL(file, directory), 'utf8')) as Record<string, never>
  const name = file.split('-')[0]!
  return {
    cell: cell(file.includes('mgrad-detached') ? `${name}-detached` : name),
    counts: content,
    has: (key) => Object.hasOwn(content, key),
    tensor: (key) => Float64Array.from((content[key] as unknown as { data: number[] }).data),
  }
}

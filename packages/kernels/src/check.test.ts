import { expect, test } from 'vitest'
import { checkKernel, checkProblem } from './check.ts'

const problem = { cell: 'lstm', dtype: 'f32', batch: 2, time: 3, heads: 1, headDim: 8 } as const
const cuda = { kernel: 'recurrent-fused', pass: 'forward', target: 'cuda' } as const

test('a problem that cannot be is refused with one sentence', () => {
  expect(() => checkProblem(problem)).not.toThrow()
  expect(() => checkProblem({ ...problem, headDim: 0 })).toThrow('headDim: 0 is not a whole number from 1 to 16777216')
  expect(() => checkProblem({ ...problem, batch: 1.5 })).toThrow('batch: 1.5 is not a whole number')
  expect(() => checkProblem({ ...problem, cell: 'lstn' })).toThrow('lstm')
})

test('a kernel that does not exist for the cell, pass or dtype is refused with what to use', () => {
  expect(() => checkKernel(cuda, problem)).not.toThrow()
  expect(() => checkKernel({ ...cuda, kernel: 'scan' }, problem)).toThrow('use --kernel recurrent-fused')
  expect(() => checkKernel({ ...cuda, pass: 'backward' }, problem)).toThrow(
    'recurrent-fused: there is no backward kernel yet; use --pass forward',
  )
  expect(() => checkKernel({ ...cuda, target: 'wgsl' }, { ...problem, dtype: 'bf16' })).toThrow('use --dtype f32')
})

test('flags of a scan are refused where they mean nothing', () => {
  const scan = { ...problem, cell: 'mingru' } as const
  expect(() => checkProblem({ ...scan, layout: 'tbd', packed: ['hidden', 'gate'], resets: true })).not.toThrow()
  expect(() => checkProblem({ ...scan, cuSeqlens: true, checkpoint: 4 })).not.toThrow()
  expect(() => checkProblem({ ...problem, layout: 'tbd' })).toThrow('layout: lstm is not a scan')
  expect(() => checkProblem({ ...problem, resets: true })).toThrow('resets: lstm is not a scan')
  expect(() => checkProblem({ ...scan, layout: 'dbt' as 'btd' })).toThrow('there are btd, tbd, bdt')
  expect(() => checkProblem({ ...scan, packed: ['gate'] })).toThrow('name each once: gate, hidden')
  expect(() => checkProblem({ ...scan, layout: 'tbd', cuSeqlens: true })).toThrow('--layout tbd or --cu-seqlens')
})

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

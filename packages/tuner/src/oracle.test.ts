import fc from 'fast-check'
import { isOverTime, reference, type KernelId, type Problem } from '@tilewright/kernels'
import { expect, test } from 'vitest'
import { briefProblem, checkingProblem, lengthened, oracleOf, shortened } from './oracle.ts'

const SCAN: KernelId = { kernel: 'scan', pass: 'forward', target: 'wgsl' }
const BACKWARD: KernelId = { ...SCAN, pass: 'backward' }
const FUSED: KernelId = { kernel: 'recurrent-fused', pass: 'forward', target: 'wgsl' }

test('a problem is checked whole while its reference is cheap, and never on fewer than 4 steps', () => {
  const size = fc.integer({ min: 1, max: 2000 })
  fc.assert(
    fc.property(size, size, size, fc.integer({ min: 1, max: 2 ** 30 }), (batch, time, headDim, operations) => {
      const problem: Problem = { cell: 'lstm', dtype: 'f32', batch, time, heads: 2, headDim }
      const checked = checkingProblem(FUSED, problem, operations)
      expect({ ...checked, time }).toEqual(problem)
      const work = (steps: number): number => batch * steps * 2 * headDim * (headDim + 64)
      if (work(time) <= operations) expect(checked).toBe(problem)
      else expect(checked.time === Math.min(4, time) || work(checked.time) <= operations).toBe(true)
    }),
  )
  expect(briefProblem(FUSED, { cell: 'lstm', dtype: 'f32', batch: 3, time: 99, heads: 1, headDim: 8 }).time).toBe(4)
  expect(briefProblem(FUSED, { cell: 'lstm', dtype: 'f32', batch: 3, time: 3, heads: 1, headDim: 8 }).time).toBe(3)
})

test('a scan on the CPU is checked over many chunks of time of two sequences', () => {
  const problem: Problem = { cell: 'mingru', dtype: 'f32', batch: 16, time: 9000, heads: 1, headDim: 1024 }
  expect(briefProblem(SCAN, problem)).toEqual({ ...problem, batch: 2, time: 256 })
  expect(briefProblem(SCAN, { ...problem, time: 31 })).toEqual({ ...problem, batch: 2, time: 31 })
  // Lengths of their own: the steps are those of all sequences together.
  expect(briefProblem(SCAN, { ...problem, cuSeqlens: true })).toEqual({ ...problem, cuSeqlens: true, time: 512 })
})

test('the steps of a lengthened problem that are computed first are the ones that the oracle knows', () => {
  for (const [id, cell, dtype] of [
    [SCAN, 'mingru', 'f32'],
    [BACKWARD, 'mingru', 'f32'],
    [BACKWARD, 'minlstm', 'bf16'],
    [FUSED, 'lstm', 'f32'],
  ] as const) {
    const problem: Problem = { cell, dtype, batch: 2, time: 11, heads: 3, headDim: 5 }
    const oracle = oracleOf({ id, problem: { ...problem, time: 4 }, seed: 2 })
    const whole = reference(problem, id.pass, lengthened(oracle, problem))
    const single = Object.fromEntries(Object.entries(whole).map(([name, values]) => [name, Float32Array.from(values)]))
    const known = shortened(oracle, problem, single)
    const names = oracle.outputs.filter(isOverTime).map(({ name }) => name)
    expect(Object.keys(known)).toEqual(names)
    for (const name of names) expect(known[name]).toEqual(Float32Array.from(oracle.expected[name]!))
  }
})

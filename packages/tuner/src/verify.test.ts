import { reference, sampleInputs, type Tensors } from '@tilewright/kernels'
import { expect, test } from 'vitest'
import { changed, ID, POOL, PROBLEM, simulated } from './fixture.ts'
import { verify, type VerifyRequest } from './verify.ts'

function request(change: Partial<VerifyRequest> = {}): VerifyRequest {
  return { id: ID, problem: PROBLEM, backend: simulated(), config: POOL.ranked[0]!.config, ...change }
}

/** A backend whose outputs went through `change`. */
function computing(change: (outputs: Tensors) => Tensors): VerifyRequest {
  const backend = changed(simulated(), (loaded) => ({
    async run(plan, inputs) {
      const ran = await loaded.run(plan, inputs)
      return ran.status === 'ran' ? { ...ran, outputs: change(ran.outputs) } : ran
    },
  }))
  return request({ backend })
}

test('right outputs are correct, with the error of each', async () => {
  const result = await verify(request())
  expect(result).toMatchObject({ status: 'correct', errors: [{ output: 'h' }, { output: 'lastState' }] })
  for (const { relative, allowed } of result.errors) expect(relative).toBeLessThan(allowed)
  expect(result.tolerance).toBe(result.errors[0]!.allowed)
})

test('the first element that is off is named, in the words of its axes', async () => {
  const off = computing((outputs) => ({
    ...outputs,
    h: outputs['h']!.map((value, i) => (i >= 8 * 9 + 8 * 3 + 5 ? value + 2 : value)),
  }))
  const result = await verify(off)
  expect(result).toMatchObject({
    status: 'correctness',
    reason: 'error',
    first: { output: 'h', index: 101, place: 'b=1 t=3 c=5' },
  })
  expect(result.first!.actual - result.first!.expected).toBeCloseTo(2, 5)
})

test('a NaN, a missing output and one of another length are wrong', async () => {
  const nan = await verify(
    computing((outputs) => ({ ...outputs, lastState: outputs['lastState']!.map((v, i) => (i === 3 ? NaN : v)) })),
  )
  expect(nan).toMatchObject({ status: 'correctness', reason: 'nan', first: { output: 'lastState', place: 'b=0 c=3' } })
  expect(nan.message).toMatch(/^lastState is not a number, allowed/)
  const missing = await verify(computing(({ h }) => ({ h: h! })))
  expect(missing).toMatchObject({ status: 'correctness', reason: 'missing' })
  const short = await verify(computing((outputs) => ({ ...outputs, h: outputs['h']!.slice(1) })))
  expect(short).toMatchObject({
    status: 'correctness',
    reason: 'shape',
    message: 'h has 143 elements, the problem has 144',
  })
})

test('outputs that are handed in are what counts, and only those', async () => {
  const inputs = sampleInputs(PROBLEM, 'forward', 5)
  const { h } = reference(PROBLEM, 'forward', inputs)
  expect(await verify(request({ inputs, expected: { h: h! } }))).toMatchObject({
    status: 'correct',
    errors: { length: 1 },
  })
  const other = h!.map((value) => value + 1)
  expect(await verify(request({ inputs, expected: { h: other } }))).toMatchObject({ status: 'correctness' })
})

test('tensors of another problem are refused', async () => {
  const inputs = sampleInputs({ ...PROBLEM, time: 8 }, 'forward', 5)
  await expect(verify(request({ inputs }))).rejects.toMatchObject({
    code: 'E_INPUTS',
    message: 'inputs: gate has 128 elements; the problem needs 144',
  })
  await expect(verify(request({ inputs: { h0: inputs['h0']! } }))).rejects.toMatchObject({
    message: 'inputs: gate is missing; the problem needs 144',
  })
})

test('a kernel that does not compile is data', async () => {
  const backend = simulated({ override: () => ({ status: 'compile', reason: 'syntax', message: 'no' }) })
  expect(await verify(request({ backend }))).toMatchObject({ status: 'compile', reason: 'syntax', errors: [] })
})

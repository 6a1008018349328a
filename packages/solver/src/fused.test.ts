import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { bind, checkCertificate, count, explain, first, minimise, parse, violated, type Space } from './index.ts'

// Machines are shared: slowness is no failure.
vi.setConfig({ testTimeout: 120_000 })

// The counts are those of an exact enumeration of the same rules.
const rules = new URL('../data/fused.space', import.meta.url)
const model = parse(readFileSync(rules, 'utf8'), { file: 'fused.space' })

const DEVICES: Readonly<Record<string, readonly [number, number]>> = {
  a100: [108, 165_888],
  h100: [132, 227_000],
  l4: [58, 100_352],
}

function fused(device: string, direction: 'forward' | 'backward', headDim: number, batch = 16, heads = 1): Space {
  const [sms, sharedBytes] = DEVICES[device]!
  const [outputs, contraction] = direction === 'forward' ? [4 * headDim, headDim] : [headDim, 4 * headDim]
  return bind(model, {
    OUTPUTS: outputs,
    CONTRACTION: contraction,
    BATCH: batch,
    HEADS: heads,
    SMS: sms,
    SHARED_BYTES: sharedBytes,
  })
}

test.each([
  ['h100', 768, 16, 14_787n, 30_027n],
  ['h100', 512, 16, 4833n, 10_931n],
  ['h100', 2688, 16, 1n, 72n],
  ['h100', 3072, 16, 0n, 0n],
  ['h100', 100, 16, 0n, 0n],
  ['a100', 1024, 16, 2538n, 6597n],
  ['a100', 2048, 16, 0n, 0n],
  ['l4', 1536, 16, 0n, 0n],
])('%s, head dim %i, batch %i: %i tilings forward, %i backward', (device, headDim, batch, forward, backward) => {
  expect(count(fused(device, 'forward', headDim, batch))).toBe(forward)
  expect(count(fused(device, 'backward', headDim, batch))).toBe(backward)
})

test('several heads', () => {
  expect(count(fused('h100', 'forward', 64, 16, 12))).toBe(3177n)
  expect(count(fused('h100', 'backward', 64, 16, 12))).toBe(5724n)
})

test('the first solution stands the substitution', () => {
  const space = fused('h100', 'forward', 768)
  const result = first(space)
  expect(result.status === 'solved' && violated(space, result.configuration)).toEqual([])
})

test('the least shared memory is proven', () => {
  const space = fused('h100', 'forward', 768)
  const optimum = minimise(space, 'SMEM_R + SMEM_S')
  if (optimum.status !== 'solved') throw new Error('nothing fits')
  expect(checkCertificate(space, optimum.certificate)).toMatchObject({ status: 'verified' })
})

test('why head dim 3072 does not fit, and which one does', () => {
  const explanation = explain(fused('h100', 'forward', 3072), { relax: [{ given: 'SMS', from: 100, to: 400 }] })
  if (explanation.status !== 'infeasible') throw new Error('nothing fits there')
  const [relaxation] = explanation.relaxations
  expect(relaxation!.value).toBeGreaterThan(132)
  const { givens } = fused('h100', 'forward', 3072)
  expect(first(bind(model, { ...givens, SMS: relaxation!.value })).status).toBe('solved')
  expect(first(bind(model, { ...givens, SMS: relaxation!.value - 1 })).status).toBe('infeasible')
  const names = explanation.conflict.map(({ rule }) => rule)
  const keep = (wanted: readonly string[]): Space => {
    const space = fused('h100', 'forward', 3072)
    return { ...space, rules: space.rules.filter(({ name }) => wanted.includes(name)) }
  }
  expect(explain(keep(names)).status).toBe('infeasible')
  // The blocks that may be resident, their registers and their shared memory: R does not fit on the chip.
  expect(names).toEqual(['C8 resident', 'C12 registers', 'C13 shared R', 'C15 shared'])
})

import { device, occupancy, type CudaDevice } from '@tilewright/devices'
import { evaluate } from '@tilewright/solver'
import { spaces } from '@tilewright/templates/spaces'
import { describe, expect, test } from 'vitest'
import type { KernelId, Problem } from './problem.ts'
import { rulesHash, rulesOf, spaceOf } from './space.ts'
import { hashOf } from './text.ts'

const lstm: Problem = { cell: 'lstm', dtype: 'bf16', batch: 16, time: 1024, heads: 1, headDim: 768 }
const fused: KernelId = { kernel: 'recurrent-fused', pass: 'forward', target: 'cuda' }
const scan: KernelId = { kernel: 'scan', pass: 'forward', target: 'cuda' }

describe.each([fused, scan])('the register constants of $kernel', (id) => {
  const rules = spaces[`${id.kernel}/forward.cuda`]!.text
  const constants = spaces[`${id.kernel}/forward.cuda.registers`]!.text
  const named = [...constants.matchAll(/^let +(\w+) += (\d+)$/gm)]

  test('are those of the fitted file, and the formula reads each', () => {
    expect(named.length).toBeGreaterThan(2)
    const values = evaluate(
      rulesOf(id),
      {},
      named.map(([, name]) => name!),
    )
    for (const [, name, value] of named) expect(values[name!], name).toBe(Number(value))
    for (const [, name] of named) expect(rules, `${name} is read`).toMatch(new RegExp(`\\b${name}\\b`))
  })

  test('count in the hash of the rules', () => {
    const texts = withImports(id.kernel, rules)
    expect(texts).toContain(constants)
    expect(rulesHash(id)).toBe(hashOf(texts.join('\n')))
  })
})

/** A rule file, and what it and its imports import, in the order of reading. */
function withImports(kernel: string, text: string): readonly string[] {
  const imports = [...text.matchAll(/^import "(.+)\.space"$/gm)].map(([, name]) => spaces[`${kernel}/${name}`]!.text)
  return [text, ...imports.flatMap((each) => withImports(kernel, each))]
}

// Their own oracle is NVIDIA's header, in the package devices.
test('the registers that the rules count on are the most with which the blocks of a multiprocessor are resident', () => {
  for (const name of ['a100-80gb', 'rtx-4090', 'h100-sxm']) {
    const gpu = device(name) as CudaDevice
    const { model, givens } = spaceOf(fused, lstm, gpu)
    for (const WARPS_ROWS of [1, 2, 4, 8])
      for (const WARPS_K of [1, 2, 4, 8, 16])
        for (const BLOCKS_PER_SM of [1, 2, 4]) {
          const warps = WARPS_ROWS * WARPS_K
          if (warps > 32 || warps * BLOCKS_PER_SM > gpu.capability.maxWarpsPerSM) continue
          const config = { WARPS_ROWS, WARPS_K, BLOCKS_PER_SM }
          const { REGISTERS } = evaluate(model, { ...givens, ...config }, ['REGISTERS'])
          const resident = (registers: number): boolean =>
            occupancy(gpu, { threads: 32 * warps, registers, sharedBytes: 0 }).blocks >= BLOCKS_PER_SM
          const where = `${name} ${JSON.stringify(config)}`
          expect(resident(REGISTERS!), `${REGISTERS} registers, ${where}`).toBe(true)
          expect(resident(REGISTERS! + 1), `${REGISTERS! + 1} registers, ${where}`).toBe(false)
        }
  }
})

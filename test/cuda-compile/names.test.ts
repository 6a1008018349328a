import { compile } from '@tilewright/backend-cuda'
import type { Kernel } from '@tilewright/codegen'
import { expect, test } from 'vitest'
import { cellsThatSay, fused, isRefused, nastyNames, scan, scanWith, VARIANTS } from '../support/names.ts'
import { toolchain } from '../support/toolchain.ts'

async function expectCompiles({ source }: Kernel): Promise<void> {
  const tools = await toolchain()
  const answer = await compile(source, { toolchain: tools, architecture: 'sm_90' })
  const told = answer.status === 'compiled' ? answer.warnings : JSON.stringify(answer)
  expect(told).toBe('')
}

// A block adds up the gradient of a weight: no other way of cutting time has it.
const ONE_BLOCK = VARIANTS.cuda
  .filter(({ config }) => config['LOOK_BACK'] === 0)
  .map((variant) => (variant.pass === 'forward' ? variant : { ...variant, config: { ...variant.config, PARTS: 1 } }))

// One compilation for all of them: those that are not refused beside those before are the inputs, or weights, of one cell.
test.each([
  ['inputs', VARIANTS.cuda, (names: readonly string[]) => scanWith(['zebra', ...names])],
  ['weights', ONE_BLOCK, (names: readonly string[]) => scanWith(['zebra'], names)],
] as const)(
  '%s of any names are refused, or nvcc takes the kernel without a warning',
  async (_, variants, cellWith) => {
    for (const variant of variants) {
      const accepted: string[] = []
      for (const name of nastyNames('cuda'))
        if (!isRefused(cellWith([...accepted, name]), 'cuda', variant)) accepted.push(name)
      expect(accepted.length).toBeGreaterThan(20)
      await expectCompiles(scan(cellWith(accepted), 'cuda', variant))
    }
  },
)

test('values within a step may have any name', async () => {
  const cells = cellsThatSay(nastyNames('cuda', 'all kernels'))
  for (const variant of VARIANTS.cuda) await expectCompiles(scan(cells.scan, 'cuda', variant))
  await expectCompiles(fused(cells.fused, 'cuda'))
})

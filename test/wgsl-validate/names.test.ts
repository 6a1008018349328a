import { validateWgsl } from '@tilewright/backend-webgpu/node'
import { expect, test } from 'vitest'
import { cellsThatSay, fused, isRefused, nastyNames, scan, scanWith, VARIANTS } from '../support/names.ts'

async function complaints(source: string): Promise<readonly string[]> {
  const messages = await validateWgsl(source)
  return messages.filter(({ type }) => type !== 'info').map(({ line, column, text }) => `${line}:${column} ${text}`)
}

test.each([
  ['an input', (name: string) => scanWith([name, 'zebra'])],
  ['a weight', (name: string) => scanWith(['zebra'], [name])],
] as const)('%s of any name is refused, or Dawn accepts the kernel', async (_, cellWith) => {
  let accepted = 0
  for (const name of nastyNames('wgsl')) {
    const cell = cellWith(name)
    for (const variant of VARIANTS.wgsl) {
      if (isRefused(cell, 'wgsl', variant)) continue
      accepted++
      expect(await complaints(scan(cell, 'wgsl', variant).source), `${name} ${JSON.stringify(variant)}`).toEqual([])
    }
  }
  expect(accepted).toBeGreaterThan(100)
})

test('values within a step may have any name', async () => {
  const cells = cellsThatSay(nastyNames('wgsl', 'all kernels'))
  for (const variant of VARIANTS.wgsl) expect(await complaints(scan(cells.scan, 'wgsl', variant).source)).toEqual([])
  expect(await complaints(fused(cells.fused, 'wgsl').source)).toEqual([])
})

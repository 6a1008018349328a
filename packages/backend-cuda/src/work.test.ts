import { describe, expect, test } from 'vitest'
import { build, missing } from '../test-kernels/harness.ts'
import { runWork } from './cpu-run.ts'
import { checkWork } from './work.ts'
import type { Argument, Work } from './work.ts'

const bytesOf = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer)
const value = (values: ArrayBufferView): Argument => ({ value: bytesOf(values) })

const work = (given: readonly Argument[]): Work => ({
  buffers: [
    { name: 'x', role: 'input', bytes: 16 },
    { name: 'y', role: 'inout', bytes: 32 },
  ],
  launches: [
    {
      entryPoint: 'arguments',
      grid: [1, 1, 1],
      block: [4, 1, 1],
      sharedBytes: 0,
      cooperative: false,
      arguments: given,
    },
  ],
})

const RIGHT: readonly Argument[] = [
  value(Int8Array.of(-3)),
  { buffer: 'y' },
  value(Int16Array.of(-300)),
  value(Float32Array.of(0.5)),
  value(BigInt64Array.of(-(2n ** 40n))),
  { buffer: 'x' },
  value(Float64Array.of(2 ** -20)),
  value(Int32Array.of(3)),
]

describe.runIf(missing === undefined)('jobs', { timeout: 60_000 }, () => {
  test('values of every size lie where the kernel takes them, and a buffer is read and written', async () => {
    const module = await build({ file: 'arguments.cu' })
    if (module.status !== 'built') throw new Error(module.message)
    const x = Uint32Array.of(1, 2, 4_000_000_000, 4)
    const y = Float64Array.of(0.25, -1, 7, 8)
    const ran = await runWork(module, work(RIGHT), { x: bytesOf(x), y: bytesOf(y) }, { seed: 0, timeoutMs: 10_000 })
    if (ran.status !== 'ran') throw new Error(ran.message)
    const sum = -303 + 0.5 - 2 ** 40 + 2 ** -20
    expect([...new Float64Array(ran.outputs['y']!.buffer)]).toEqual([0.25 + sum + 1, sum + 1, 7 + sum + 4e9, 8])
    const short = runWork(module, work(RIGHT), { x: bytesOf(x), y: new Uint8Array(8) }, { seed: 0, timeoutMs: 10_000 })
    await expect(short).rejects.toThrow('y: the contents have 8 bytes; the buffer has 32')
  })
})

test('an argument of another size is named by its number', () => {
  const kernels = [
    {
      name: 'arguments',
      parameters: [{ type: 'f32', bytes: 4, offset: 0 }],
      argumentBytes: 4,
      staticShared: 0,
      cluster: [1, 1, 1],
    },
  ] as const
  expect(() => checkWork(work([value(Float64Array.of(1))]), kernels)).toThrow(
    "arguments: argument 1 of the launch has 8 bytes, the kernel's parameter is f32 of 4",
  )
})

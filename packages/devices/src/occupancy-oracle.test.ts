import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CAPABILITIES } from './catalogue/capabilities.ts'
import type { CudaCapability, CudaDevice } from './device.ts'
import { architectureOf } from './lookup.ts'
import { occupancy } from './occupancy.ts'
import type { BlockShape, OccupancyLimit } from './occupancy.ts'

// The bits of cudaOccLimitingFactor.
const LIMIT_BITS: Readonly<Record<Exclude<OccupancyLimit, 'threads'>, number>> = {
  warps: 1,
  registers: 2,
  shared: 4,
  blocks: 8,
}

const missing = missingNeed()

if (missing === undefined) {
  describe("occupancy is NVIDIA's cuda_occupancy.h", { timeout: 60_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'tilewright-occupancy-'))
    const program = join(folder, 'occupancy')
    beforeAll(() => compile(program), 120_000)
    afterAll(() => rmSync(folder, { recursive: true }))
    test.each(CAPABILITIES.map((row) => [row.computeCapability, row] as const))('compute capability %s', (_, row) => {
      const shapes = grid(row)
      const theirs = ask(program, row, shapes)
      const part = partOf(row)
      expect(theirs.length).toBe(shapes.length)
      const differences = shapes.flatMap((shape, i) => {
        const ours = occupancy(part, shape)
        const { blocks, limits } = theirs[i]!
        const bit = ours.limitedBy === 'threads' ? 0 : LIMIT_BITS[ours.limitedBy]
        // Of a block that does not fit at all the header names no limit that we could compare.
        const same = ours.blocks === Math.max(0, blocks) && (blocks <= 0 || (bit & limits) !== 0)
        return same ? [] : [{ shape, ours, theirs: theirs[i] }]
      })
      expect(differences.slice(0, 5)).toEqual([])
    })
  })
} else {
  describe(`occupancy is not compared with cuda_occupancy.h here: ${missing}`, () => {
    test('nothing that is needed is missing where CI is set', () => {
      console.warn(`occupancy oracle: not run: ${missing}`)
      expect(process.env['CI'] ? missing : undefined).toBeUndefined()
    })
  })
}

function missingNeed(): string | undefined {
  try {
    execFileSync('nvcc', ['--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'nvcc (the CUDA toolkit, for its header and compiler) is not on the PATH'
  }
}

/** Every register count at some sizes, and all corners: one more and one less than a whole block, warp or unit. */
function grid(row: CudaCapability): readonly BlockShape[] {
  const threads = [1, 32, 33, 64, 96, 128, 160, 224, 256, 288, 384, 512, 640, 768, 1000, 1024]
  const registers = Array.from({ length: 255 }, (_, i) => i + 1)
  const optin = row.sharedMemPerBlockOptin
  const shared = [0, 1, 127, 128, 1024, 8192, 16_384, 32_767, 49_152, 65_536, 90_000, optin - 128, optin, optin + 1]
  return threads.flatMap((t) =>
    registers.flatMap((r) => shared.map((s) => ({ threads: t, registers: r, sharedBytes: s }))),
  )
}

function compile(program: string): void {
  const source = join(import.meta.dirname, '..', 'oracle', 'occupancy.cpp')
  execFileSync('nvcc', ['-x', 'c++', '-O1', '-o', program, source])
}

function ask(
  program: string,
  row: CudaCapability,
  shapes: readonly BlockShape[],
): readonly { blocks: number; limits: number }[] {
  const [major, minor] = row.computeCapability.split('.')
  const device = [major, minor, row.maxWarpsPerSM * 32, row.sharedMemPerSM, row.sharedMemPerBlockOptin]
  const fixed = [...device, row.sharedMemReservedPerBlock].join(' ')
  const input = shapes.map((s) => `${fixed} ${s.threads} ${s.registers} ${s.sharedBytes}\n`).join('')
  const output = execFileSync(program, { input, maxBuffer: 64 * 2 ** 20, encoding: 'utf8' })
  return output
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .map(([blocks, limits]) => ({ blocks: blocks!, limits: limits! }))
}

function partOf(capability: CudaCapability): CudaDevice {
  const architecture = architectureOf(capability.computeCapability)
  return {
    api: 'cuda',
    name: architecture,
    title: architecture,
    architecture,
    smCount: 1,
    l2Bytes: 1,
    bandwidthGBs: 1,
    memoryBytes: 1,
    capability,
    confidence: 'test',
    source: 'test',
  }
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runBatch } from '../fuzz/batch.ts'
import { inputs } from '../fuzz/inputs.ts'
import { generate } from '../fuzz/program.ts'
import { Random } from '../fuzz/random.ts'
import { describe, shrink } from '../fuzz/shrink.ts'
import { found, missing } from '../test-kernels/harness.ts'

// `npm run fuzz:cuda` asks for more programs, from a seed that it prints.
const count = Number(process.env['FUZZ'] ?? 60)
const seed = Number(process.env['FUZZ_SEED'] ?? 1)
const isLong = process.env['FUZZ'] !== undefined

// From compute 10.0 on nvcc keeps floats in registers without a type.
const ARCHITECTURES = ['sm_80', 'sm_120']
const perBatch = Math.min(50, Math.ceil(count / ARCHITECTURES.length))

test.runIf(missing === undefined)(
  'random programs give what the host computes, to the bit',
  { timeout: 60_000 + 5_000 * count },
  async () => {
    if (found.status !== 'found') throw new Error(found.message)
    const random = new Random(seed)
    const opcodes = new Set<string>()
    // What is made of programs that never come again is not kept.
    const cacheFolder = isLong ? await mkdtemp(join(tmpdir(), 'tilewright-fuzz-')) : undefined
    const bench = { toolchain: found, ...(cacheFolder && { cacheFolder }) }
    try {
      for (let done = 0, i = 0; done < count; done += perBatch, i++) {
        const architecture = ARCHITECTURES[i % ARCHITECTURES.length]!
        const batch = {
          programs: Array.from({ length: Math.min(perBatch, count - done) }, (_, k) =>
            generate(`p${done + k}`, random, architecture !== 'sm_80'),
          ),
          inputs: inputs(random),
          architecture,
        }
        const { differences, opcodes: executed } = await runBatch(batch, bench)
        for (const opcode of executed) opcodes.add(opcode)
        if (differences.length > 0) {
          const smallest = await shrink(differences[0]!, batch, bench)
          const text = `seed ${seed}, ${architecture}: ${differences.length} of ${batch.programs.length} programs differ`
          expect.fail(`${text}; ${describe(smallest, batch.inputs)}`)
        }
        if (isLong) console.log(`${done + batch.programs.length} programs agree, ${opcodes.size} opcodes`)
      }
    } finally {
      if (cacheFolder) await rm(cacheFolder, { recursive: true, force: true })
    }
    expect(opcodes.size).toBeGreaterThan(Math.min(300, 5 * count))
  },
)

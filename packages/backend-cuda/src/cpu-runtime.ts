import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cache } from './cache.ts'
import { hashOf } from './cache.ts'
import { runCompiler } from './compiler.ts'
import { CudaError } from './errors.ts'
import { runtimeBroken } from './messages.ts'
import type { Program } from './program.ts'

// From src/ and from dist/ alike.
const SOURCES = fileURLToPath(new URL('../runtime/', import.meta.url))

const BUILD_MS = 180_000

/** Flags without which translated PTX computes something else. */
const MEANING = [
  '-fwrapv', // integers wrap
  '-fno-strict-aliasing', // loads reinterpret memory
  '-ffp-contract=off', // a multiply and an add are fused only where the PTX says fma
  '-fno-math-errno',
]

/** The runtime, built: what runs a job, and what translated modules are compiled against. */
export interface CpuRuntime {
  readonly runner: string
  readonly headers: string
  /** Flags that a translated module shares with it. */
  readonly flags: readonly string[]
  /** Stands for the sources, the compiler and the flags. */
  readonly key: string
}

/**
 * The C++ runtime, compiled once for each compiler and processor and kept in the cache. Throws `E_TOOLCHAIN` where the
 * compiler does not take it.
 */
export async function buildRuntime(cxx: Program, cache: Cache): Promise<CpuRuntime> {
  const flags = ['-std=c++20', '-fPIC', ...MEANING, ...(await processorFlags())]
  const names = (await readdir(SOURCES)).toSorted()
  const sources = names.filter((name) => name.endsWith('.cpp'))
  const texts = await Promise.all(names.map((name) => readFile(join(SOURCES, name), 'utf8')))
  const key = hashOf([cxx.version, ...flags, ...names, ...texts])
  const folder = await cache.entry('runtime', [key], async (draft) => {
    // All in one: the headers of the C++ library take longer to read than our code to compile.
    const all = join(draft, 'runtime.cpp')
    await writeFile(all, sources.map((name) => `#include "${name}"\n`).join(''))
    // Modules are loaded at run time and call back into the runner.
    await build(cxx, ['-O2', ...flags, `-I${SOURCES}`, '-rdynamic', '-o', join(draft, 'runner'), all, '-ldl'])
    return true as const
  })
  return { runner: join(folder, 'runner'), headers: SOURCES, flags, key }
}

async function build(cxx: Program, args: readonly string[]): Promise<void> {
  const what = `${cxx.path} for the CPU runtime`
  const log = await runCompiler({ program: cxx.path, args, what, reason: 'cxx', timeoutMs: BUILD_MS })
  if (typeof log !== 'string') throw new CudaError('E_TOOLCHAIN', runtimeBroken(cxx.path, log.message))
}

// Without fma instructions the C library computes every fma in software, ten times slower. The flags are part of the
// cache's key, so that a machine without them does not run what another has built.
async function processorFlags(): Promise<readonly string[]> {
  if (process.arch !== 'x64') return []
  const description = await readFile('/proc/cpuinfo', 'utf8').catch(() => '')
  const words = new Set(/^flags\s*:(.*)$/m.exec(description)?.[1]?.split(' '))
  return ['avx2', 'fma', 'f16c', 'bmi2', 'movbe', 'abm'].every((word) => words.has(word)) ? ['-march=x86-64-v3'] : []
}

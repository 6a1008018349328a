import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Failure } from '@tilewright/tuner'
import { hashOf, openCache } from './cache.ts'
import { runCompiler } from './compiler.ts'
import { buildRuntime } from './cpu-runtime.ts'
import { unknownInstructions } from './messages.ts'
import { translate } from './ptx/translate.ts'
import type { TranslatedKernel } from './ptx/translate.ts'
import type { Program } from './program.ts'

/** PTX that this machine can execute. */
export interface CpuModule {
  readonly status: 'built'
  /** The shared library of the translated PTX, and the program that runs it. */
  readonly library: string
  readonly runner: string
  readonly kernels: readonly TranslatedKernel[]
}

// Code of kernels is long and straight: -Og builds it in half the time of -O1 (1.3 s against 3.2 s of CPU for the largest
// kernel, g++ 12.2, 2026-11-23) and it runs as fast.
const OPTIMISATION = ['-Og']

/** What the translation says of the kernels, beside the library in the cache. */
const KERNELS = 'kernels.json'

// From src/ and from dist/ alike.
const TRANSLATOR = fileURLToPath(new URL('./ptx/', import.meta.url))

/**
 * Translates PTX and compiles it for this machine; answered from the cache where the same translator and compiler did
 * that before. Instructions that are not known give a `compile` failure with reason `unknown-instruction`, which names
 * them.
 */
export async function buildModule(
  ptx: string,
  options: {
    readonly cxx: Program
    /** For messages. */
    readonly name: string
    readonly cacheFolder?: string | undefined
    readonly timeoutMs?: number
  },
): Promise<CpuModule | Failure> {
  const { cxx, name, timeoutMs = 300_000 } = options
  const cache = openCache(options.cacheFolder)
  const runtime = await buildRuntime(cxx, cache)
  const parts = [ptx, await translatorKey(), ...OPTIMISATION, runtime.key]
  const folder = await cache.entry<Failure>('module', parts, async (draft) => {
    const { cpp, kernels, unknown } = translate(ptx)
    if (unknown.length > 0)
      return { status: 'compile', reason: 'unknown-instruction', message: unknownInstructions(name, unknown) }
    await writeFile(join(draft, 'module.cpp'), cpp)
    await writeFile(join(draft, KERNELS), JSON.stringify(kernels))
    const flags = [...OPTIMISATION, ...runtime.flags, '-w', '-pipe', '-shared', `-I${runtime.headers}`]
    const args = [...flags, '-o', join(draft, 'module.so'), join(draft, 'module.cpp')]
    const log = await runCompiler({
      program: cxx.path,
      args,
      what: `${cxx.path} for ${name}`,
      reason: 'cxx',
      timeoutMs,
    })
    return typeof log === 'string' ? true : log
  })
  if (typeof folder !== 'string') return folder
  const kernels = JSON.parse(await readFile(join(folder, KERNELS), 'utf8')) as readonly TranslatedKernel[]
  return { status: 'built', library: join(folder, 'module.so'), runner: runtime.runner, kernels }
}

let translator: Promise<string> | undefined

/** Stands for the translator's own text: what another one made is not taken from the cache. */
function translatorKey(): Promise<string> {
  return (translator ??= readTranslator())
}

async function readTranslator(): Promise<string> {
  const names = (await readdir(TRANSLATOR)).filter((file) => /^\w+\.(ts|js)$/.test(file)).toSorted()
  return hashOf(await Promise.all(names.map((file) => readFile(join(TRANSLATOR, file), 'utf8'))))
}

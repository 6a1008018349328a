import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Failure } from '@tilewright/tuner'
import type { Cache } from './cache.ts'
import { execute } from './child.ts'
import { runCompiler } from './compiler.ts'
import { missingNvrtc } from './messages.ts'
import type { Missing, Program } from './program.ts'

// From src/ and from dist/ alike. Plain JavaScript: it runs as it is, whoever imports this package and how.
const CHILD = fileURLToPath(new URL('../children/nvrtc.mjs', import.meta.url))

/** Names that the library has had, the newest first; CUDA 11.2 to 11.8 share one. */
const NAMES = ['libnvrtc.so.13', 'libnvrtc.so.12', 'libnvrtc.so.11.2']

/**
 * The library of NVRTC and its version: the one named, else TILEWRIGHT_NVRTC, else what the system's loader finds, else
 * that of a CUDA toolkit in CUDA_HOME, CUDA_PATH or /usr/local/cuda.
 */
export async function findNvrtc(
  library: string | undefined = process.env['TILEWRIGHT_NVRTC'],
): Promise<Program | Missing> {
  const libraries = library === undefined ? usualPlaces() : [library.includes('/') ? resolve(library) : library]
  const { code, stdout } = await execute(process.execPath, [CHILD, 'find', ...libraries], { timeoutMs: 20_000 })
  const [path, version] = stdout.split('\n')
  if (code === 0 && path && version) return { status: 'found', path, version }
  const program = library ?? NAMES[0]!
  return { status: 'missing', program, message: missingNvrtc(program) }
}

function usualPlaces(): readonly string[] {
  return [...NAMES, ...toolkits().flatMap((toolkit) => NAMES.map((name) => join(toolkit, 'lib64', name)))]
}

function toolkits(): readonly string[] {
  const { CUDA_HOME, CUDA_PATH } = process.env
  return [CUDA_HOME, CUDA_PATH, '/usr/local/cuda'].filter((folder) => folder !== undefined && folder !== '') as string[]
}

/**
 * The folder in the cache with `kernel.ptx`, `kernel.cubin` and `log.txt`, which holds the report of ptxas: NVRTC has
 * ptxas inside. PTX and cubin are both of the architecture asked for.
 */
export function runNvrtc(
  source: string,
  nvrtc: Program,
  cache: Cache,
  options: {
    readonly name: string
    readonly architecture: string
    readonly maxRegisters: number | undefined
    readonly flags: readonly string[]
    readonly includes: readonly string[]
    readonly timeoutMs: number
  },
): Promise<string | Failure> {
  const { name, architecture, maxRegisters, includes, timeoutMs } = options
  const text = maxRegisters === undefined ? source : withoutLaunchBounds(source)
  const flags = [
    '--std=c++17',
    '--generate-line-info',
    '--ptxas-options=-v',
    `--gpu-architecture=${architecture}`,
    ...options.flags,
  ]
  // Without launch bounds the constants in them may look unused; a compile without a cap warns where it means something.
  if (maxRegisters !== undefined) flags.push(`--maxrregcount=${maxRegisters}`, '--diag-suppress=177')
  const headers = headerFolder(nvrtc)
  if (headers !== undefined) flags.push(`--include-path=${headers}`)
  return cache.entry<Failure>('nvrtc', [text, name, ...includes, ...flags, nvrtc.version], async (folder) => {
    await writeFile(join(folder, `${name}.cu`), text)
    const log = await runCompiler({
      program: process.execPath,
      args: [CHILD, 'compile', nvrtc.path, `${name}.cu`, ...flags],
      what: `NVRTC for ${name}.cu`,
      reason: 'nvrtc',
      cwd: folder,
      env: libraryPath(nvrtc),
      timeoutMs,
    })
    if (typeof log !== 'string') return log
    await writeFile(join(folder, 'log.txt'), log)
    return true
  })
}

// Launch bounds override a cap on registers. The first line of the source stays its first.
function withoutLaunchBounds(source: string): string {
  return `#undef __launch_bounds__\n#define __launch_bounds__(...)\n#line 1\n${source}`
}

// NVRTC finds no headers by itself. Those of the same version are the ones beside the library.
function headerFolder({ path }: Program): string | undefined {
  const beside = path.includes('/') ? [dirname(dirname(path))] : []
  const folders = [...beside, ...toolkits()].map((folder) => join(folder, 'include'))
  return folders.find((folder) => existsSync(join(folder, 'cuda_bf16.h')))
}

// It loads a second library by its bare name, which the loader does not look for where the first one was.
function libraryPath({ path }: Program): Readonly<Record<string, string>> {
  if (!path.includes('/')) return {}
  const before = process.env['LD_LIBRARY_PATH']
  return { LD_LIBRARY_PATH: before ? `${dirname(path)}:${before}` : dirname(path) }
}

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Failure } from '@tilewright/tuner'
import { openCache } from './cache.ts'
import type { Cache } from './cache.ts'
import { execute } from './child.ts'
import { firstLines, timedOut } from './messages.ts'
import { parsePtxasReport } from './ptxas-report.ts'
import type { EntryReport } from './ptxas-report.ts'
import type { Toolchain } from './toolchain.ts'

/** CUDA that compiled for one architecture. */
export interface Compiled {
  readonly status: 'compiled'
  /** What nvcc made, with line numbers of the source; for `virtualArchitecture`. */
  readonly ptx: string
  /** `compute_80` */
  readonly virtualArchitecture: string
  /** The file of what ptxas made, in the cache. */
  readonly cubin: string
  /** By entry point. */
  readonly reports: Readonly<Record<string, EntryReport>>
  /** What nvcc and ptxas warned of; empty when they did not. */
  readonly warnings: string
}

export interface CompileOptions {
  readonly toolchain: Toolchain
  /** `sm_90` */
  readonly architecture: string
  /** Most registers a thread may have; the source's launch bounds are dropped then, as they would override it. */
  readonly maxRegisters?: number
  /** Stem of the file name in messages; `kernel`. */
  readonly name?: string
  /** More of nvcc's flags, such as `-DNAME=1` or `-I/folder`. */
  readonly flags?: readonly string[]
  /** Texts of the files that the source includes and that may change: what was compiled with others is compiled anew. */
  readonly includes?: readonly string[]
  readonly cacheFolder?: string | undefined
  /** For each of nvcc and ptxas; 120 s. */
  readonly timeoutMs?: number
}

// -lineinfo leaves registers and instructions as they are, and lets errors of a run name the line.
const NVCC_FLAGS = ['-std=c++17', '-lineinfo', '-ptx']

/**
 * Compiles CUDA source: nvcc to PTX, ptxas for the architecture. Both are answered from the cache where the same source
 * was compiled with the same flags and the same compiler before. What the source does wrong is a `compile` failure with
 * reason `nvcc` or `ptxas`, which quotes the compiler.
 */
export async function compile(source: string, options: CompileOptions): Promise<Compiled | Failure> {
  const cache = openCache(options.cacheFolder)
  const made = await makePtx(source, cache, options)
  if (typeof made !== 'string') return made
  const [ptx, nvccWarnings] = await Promise.all([
    readFile(join(made, 'kernel.ptx'), 'utf8'),
    readFile(join(made, 'log.txt'), 'utf8'),
  ])
  const assembled = await assemble(ptx, cache, options)
  if (typeof assembled !== 'string') return assembled
  const log = await readFile(join(assembled, 'log.txt'), 'utf8')
  const warnings = log.split('\n').filter((line) => line.startsWith('ptxas warning'))
  return {
    status: 'compiled',
    ptx,
    virtualArchitecture: virtualArchitecture(textOf(source, options), options.architecture),
    cubin: join(assembled, 'kernel.cubin'),
    reports: parsePtxasReport(log),
    warnings: [nvccWarnings.trim(), ...warnings].filter((text) => text !== '').join('\n'),
  }
}

/**
 * The architecture whose PTX nvcc makes. One PTX serves every GPU from compute 8.0 on, with the same registers as PTX
 * of the GPU's own; a source that asks for its architecture, and the `a` and `f` architectures, need their own.
 */
export function virtualArchitecture(source: string, architecture: string): string {
  const own = architecture.replace('sm_', 'compute_')
  const number = /^compute_(\d+)$/.exec(own)?.[1]
  return number === undefined || Number(number) < 80 || source.includes('__CUDA_ARCH__') ? own : 'compute_80'
}

function textOf(source: string, { includes = [] }: CompileOptions): string {
  return [source, ...includes].join('\n')
}

async function makePtx(source: string, cache: Cache, options: CompileOptions): Promise<string | Failure> {
  const { toolchain, timeoutMs = 120_000, name = 'kernel', includes = [] } = options
  const virtual = virtualArchitecture(textOf(source, options), options.architecture)
  const flags = [...NVCC_FLAGS, ...(options.flags ?? []), `-arch=${virtual}`]
  let failure: Failure = { status: 'compile', reason: 'nvcc', message: `${name}.cu: nvcc failed` }
  const made = await cache.entry(
    'ptx',
    [source, name, ...includes, ...flags, toolchain.nvcc.version],
    async (folder) => {
      await writeFile(join(folder, `${name}.cu`), source)
      const args = [...flags, '-o', 'kernel.ptx', `${name}.cu`]
      const ended = await execute(toolchain.nvcc.path, args, { timeoutMs, cwd: folder })
      if (ended.timedOut)
        failure = { status: 'timeout', reason: 'nvcc', message: timedOut(`nvcc ${name}.cu`, timeoutMs) }
      else failure = { status: 'compile', reason: 'nvcc', message: firstLines(ended.stderr) }
      await writeFile(join(folder, 'log.txt'), ended.stderr)
      return ended.code === 0
    },
  )
  return made ?? failure
}

async function assemble(ptx: string, cache: Cache, options: CompileOptions): Promise<string | Failure> {
  const { toolchain, architecture, maxRegisters, timeoutMs = 120_000 } = options
  const flags = ['-v', `-arch=${architecture}`]
  if (maxRegisters !== undefined) flags.push(`-maxrregcount=${maxRegisters}`)
  const text = maxRegisters === undefined ? ptx : ptx.replace(/^\.(maxntid|reqntid|minnctapersm).*$/gm, '')
  let failure: Failure = { status: 'compile', reason: 'ptxas', message: `${architecture}: ptxas failed` }
  const assembled = await cache.entry('cubin', [text, ...flags, toolchain.ptxas.version], async (folder) => {
    await writeFile(join(folder, 'kernel.ptx'), text)
    const args = [...flags, '-o', 'kernel.cubin', 'kernel.ptx']
    const ended = await execute(toolchain.ptxas.path, args, { timeoutMs, cwd: folder })
    if (ended.timedOut)
      failure = { status: 'timeout', reason: 'ptxas', message: timedOut(`ptxas for ${architecture}`, timeoutMs) }
    else failure = { status: 'compile', reason: 'ptxas', message: firstLines(ended.stderr) }
    await writeFile(join(folder, 'log.txt'), ended.stderr)
    return ended.code === 0
  })
  return assembled ?? failure
}

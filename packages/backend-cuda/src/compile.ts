import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Failure } from '@tilewright/tuner'
import { openCache } from './cache.ts'
import type { Cache } from './cache.ts'
import { runCompiler } from './compiler.ts'
import { runNvrtc } from './nvrtc.ts'
import { parsePtxasReport } from './ptxas-report.ts'
import type { EntryReport } from './ptxas-report.ts'
import type { NvccToolchain, NvrtcToolchain, Toolchain } from './toolchain.ts'

/** CUDA that compiled for one architecture. */
export interface Compiled {
  readonly status: 'compiled'
  /** With line numbers of the source; for `virtualArchitecture`. */
  readonly ptx: string
  /** `compute_80` */
  readonly virtualArchitecture: string
  /** The file of the machine code, in the cache. */
  readonly cubin: string
  /** By entry point. */
  readonly reports: Readonly<Record<string, EntryReport>>
  /** What the compilers warned of; empty when they did not. */
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
  /** More of the compiler's flags, such as `-DNAME=1` or `-I/folder`. */
  readonly flags?: readonly string[]
  /** Texts of the files that the source includes and that may change: what was compiled with others is compiled anew. */
  readonly includes?: readonly string[]
  readonly cacheFolder?: string | undefined
  /** For each compiler that is called; 120 s. */
  readonly timeoutMs?: number
}

// -lineinfo leaves registers and instructions as they are, and lets errors of a run name the line.
const NVCC_FLAGS = ['-std=c++17', '-lineinfo', '-ptx']

/** What one source is assembled for. */
export type Variant = Pick<CompileOptions, 'architecture' | 'maxRegisters'>

/**
 * Compiles CUDA source: nvcc to PTX, ptxas for the architecture; or NVRTC both at once. Answered from the cache where the
 * same source was compiled with the same flags and the same compiler before. What the source does wrong is a `compile`
 * failure with reason `nvcc`, `ptxas` or `nvrtc`, which quotes the compiler; so is a compiler that crashes, and one that
 * does not end is a `timeout`. Neither is kept.
 */
export async function compile(source: string, options: CompileOptions): Promise<Compiled | Failure> {
  const { toolchain } = options
  const cache = openCache(options.cacheFolder)
  return toolchain.compiler === 'nvcc'
    ? compileWithNvcc(source, toolchain, cache, options)
    : compileWithNvrtc(source, toolchain, cache, options)
}

/**
 * Compiles one source for several architectures and register caps, side by side over the cores; the answers are in the
 * order of the variants. Those that share a virtual architecture share the PTX, which nvcc makes once.
 *
 * @example
 * const caps = [64, 128, 168].map((maxRegisters) => ({ architecture: 'sm_90', maxRegisters }))
 * const [at64, at128, at168] = await compileVariants(source, caps, { toolchain })
 */
export function compileVariants(
  source: string,
  variants: readonly Variant[],
  options: Omit<CompileOptions, keyof Variant>,
): Promise<readonly (Compiled | Failure)[]> {
  return Promise.all(variants.map((variant) => compile(source, { ...options, ...variant })))
}

async function compileWithNvcc(
  source: string,
  toolchain: NvccToolchain,
  cache: Cache,
  options: CompileOptions,
): Promise<Compiled | Failure> {
  const made = await makePtx(source, toolchain, cache, options)
  if (typeof made !== 'string') return made
  const [ptx, nvccWarnings] = await Promise.all([
    readFile(join(made, 'kernel.ptx'), 'utf8'),
    readFile(join(made, 'log.txt'), 'utf8'),
  ])
  const assembled = await assemble(ptx, toolchain, cache, options)
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

async function compileWithNvrtc(
  source: string,
  { nvrtc }: NvrtcToolchain,
  cache: Cache,
  options: CompileOptions,
): Promise<Compiled | Failure> {
  const { name = 'kernel', architecture, maxRegisters, flags = [], includes = [], timeoutMs = 120_000 } = options
  const call = { name, architecture, maxRegisters, flags, includes, timeoutMs }
  const folder = await runNvrtc(source, nvrtc, cache, call)
  if (typeof folder !== 'string') return folder
  const [ptx, log] = await Promise.all([
    readFile(join(folder, 'kernel.ptx'), 'utf8'),
    readFile(join(folder, 'log.txt'), 'utf8'),
  ])
  return {
    status: 'compiled',
    ptx,
    virtualArchitecture: architecture.replace('sm_', 'compute_'),
    cubin: join(folder, 'kernel.cubin'),
    reports: parsePtxasReport(log),
    // One log holds both: what is no report of ptxas is a warning.
    warnings: log
      .split('\n')
      .filter((line) => line.trim() !== '' && !/^ptxas (info|\s*\.)/.test(line))
      .join('\n'),
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

function makePtx(
  source: string,
  { nvcc }: NvccToolchain,
  cache: Cache,
  options: CompileOptions,
): Promise<string | Failure> {
  const { timeoutMs = 120_000, name = 'kernel', includes = [] } = options
  const virtual = virtualArchitecture(textOf(source, options), options.architecture)
  const flags = [...NVCC_FLAGS, ...(options.flags ?? []), `-arch=${virtual}`]
  return cache.entry<Failure>('ptx', [source, name, ...includes, ...flags, nvcc.version], async (folder) => {
    await writeFile(join(folder, `${name}.cu`), source)
    const args = [...flags, '-o', 'kernel.ptx', `${name}.cu`]
    const what = `nvcc ${name}.cu`
    return logged(folder, await runCompiler({ program: nvcc.path, args, what, reason: 'nvcc', cwd: folder, timeoutMs }))
  })
}

function assemble(
  ptx: string,
  { ptxas }: NvccToolchain,
  cache: Cache,
  options: CompileOptions,
): Promise<string | Failure> {
  const { architecture, maxRegisters, timeoutMs = 120_000 } = options
  const flags = ['-v', `-arch=${architecture}`]
  if (maxRegisters !== undefined) flags.push(`-maxrregcount=${maxRegisters}`)
  const text = maxRegisters === undefined ? ptx : ptx.replace(/^\.(maxntid|reqntid|minnctapersm).*$/gm, '')
  return cache.entry<Failure>('cubin', [text, ...flags, ptxas.version], async (folder) => {
    await writeFile(join(folder, 'kernel.ptx'), text)
    const args = [...flags, '-o', 'kernel.cubin', 'kernel.ptx']
    const what = `ptxas for ${architecture}`
    return logged(
      folder,
      await runCompiler({ program: ptxas.path, args, what, reason: 'ptxas', cwd: folder, timeoutMs }),
    )
  })
}

async function logged(folder: string, log: string | Failure): Promise<true | Failure> {
  if (typeof log !== 'string') return log
  await writeFile(join(folder, 'log.txt'), log)
  return true
}

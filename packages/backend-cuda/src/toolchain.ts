import { execute } from './child.ts'
import { missingProgram } from './messages.ts'
import { findNvrtc } from './nvrtc.ts'
import type { Missing, Program } from './program.ts'

/** What compiles CUDA. The C++ compiler is needed only to run the PTX on the CPU, and may be missing. */
export type Toolchain = NvccToolchain | NvrtcToolchain

/** nvcc, which makes PTX, and ptxas, which assembles it for an architecture. */
export interface NvccToolchain {
  readonly status: 'found'
  readonly compiler: 'nvcc'
  readonly nvcc: Program
  readonly ptxas: Program
  readonly cxx: Program | Missing
}

/** The library that does both, as PyTorch and others bring it: no CUDA toolkit is needed. */
export interface NvrtcToolchain {
  readonly status: 'found'
  readonly compiler: 'nvrtc'
  readonly nvrtc: Program
  readonly cxx: Program | Missing
}

/** Other names or paths than those on the PATH; also from TILEWRIGHT_NVCC, _PTXAS, _NVRTC and _CXX. */
export interface ProgramPaths {
  readonly nvcc?: string
  readonly ptxas?: string
  readonly nvrtc?: string
  readonly cxx?: string
}

/**
 * nvcc with ptxas, or NVRTC where one of them is missing, and a C++ compiler, each with its version. `missing` names the
 * first program without which nothing can be compiled; a missing C++ compiler is said in `cxx` instead, since compiling
 * works without it.
 */
export async function findToolchain(paths: ProgramPaths = {}): Promise<Toolchain | Missing> {
  const { env } = process
  const [nvcc, ptxas, cxx] = await Promise.all([
    versionOf(paths.nvcc ?? env['TILEWRIGHT_NVCC'] ?? 'nvcc', /release [\d.]+, (V[\d.]+)/),
    versionOf(paths.ptxas ?? env['TILEWRIGHT_PTXAS'] ?? 'ptxas', /release [\d.]+, (V[\d.]+)/),
    versionOf(paths.cxx ?? env['TILEWRIGHT_CXX'] ?? 'g++', /^(.+)$/m),
  ])
  if (nvcc.status === 'found' && ptxas.status === 'found')
    return { status: 'found', compiler: 'nvcc', nvcc, ptxas, cxx }
  const nvrtc = await findNvrtc(paths.nvrtc)
  if (nvrtc.status === 'found') return { status: 'found', compiler: 'nvrtc', nvrtc, cxx }
  return nvcc.status === 'missing' ? nvcc : (ptxas as Missing)
}

/** Versions of everything that compiles, by name: results of other versions may differ. */
export function compilerVersions(toolchain: Toolchain): Readonly<Record<string, string>> {
  return toolchain.compiler === 'nvcc'
    ? { nvcc: toolchain.nvcc.version, ptxas: toolchain.ptxas.version }
    : { nvrtc: toolchain.nvrtc.version }
}

async function versionOf(path: string, pattern: RegExp): Promise<Program | Missing> {
  const { code, stdout } = await execute(path, ['--version'], { timeoutMs: 20_000 })
  const version = code === 0 ? pattern.exec(stdout)?.[1] : undefined
  if (version === undefined) return { status: 'missing', program: path, message: missingProgram(path) }
  return { status: 'found', path, version }
}

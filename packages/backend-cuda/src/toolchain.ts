import { execute } from './child.ts'
import { missingProgram } from './messages.ts'

/** A program of the toolchain, as it will be called, and the version it says. */
export interface Program {
  readonly status: 'found'
  readonly path: string
  readonly version: string
}

/** A program that is not here, and in words what works without it. */
export interface Missing {
  readonly status: 'missing'
  readonly program: string
  readonly message: string
}

/** What compiles CUDA. The C++ compiler is needed only to run the PTX on the CPU, and may be missing. */
export interface Toolchain {
  readonly status: 'found'
  readonly nvcc: Program
  readonly ptxas: Program
  readonly cxx: Program | Missing
}

/** Other names or paths of the programs than those on the PATH; also from TILEWRIGHT_NVCC, _PTXAS and _CXX. */
export interface ProgramPaths {
  readonly nvcc?: string
  readonly ptxas?: string
  readonly cxx?: string
}

/**
 * The CUDA compiler, its assembler and a C++ compiler, each with its version. `missing` names the first program without
 * which nothing can be compiled; a missing C++ compiler is said in `cxx` instead, since compiling works without it.
 */
export async function findToolchain(paths: ProgramPaths = {}): Promise<Toolchain | Missing> {
  const { env } = process
  const [nvcc, ptxas, cxx] = await Promise.all([
    versionOf(paths.nvcc ?? env['TILEWRIGHT_NVCC'] ?? 'nvcc', /release [\d.]+, (V[\d.]+)/),
    versionOf(paths.ptxas ?? env['TILEWRIGHT_PTXAS'] ?? 'ptxas', /release [\d.]+, (V[\d.]+)/),
    versionOf(paths.cxx ?? env['TILEWRIGHT_CXX'] ?? 'g++', /^(.+)$/m),
  ])
  if (nvcc.status === 'missing') return nvcc
  if (ptxas.status === 'missing') return ptxas
  return { status: 'found', nvcc, ptxas, cxx }
}

async function versionOf(path: string, pattern: RegExp): Promise<Program | Missing> {
  const { code, stdout } = await execute(path, ['--version'], { timeoutMs: 20_000 })
  const version = code === 0 ? pattern.exec(stdout)?.[1] : undefined
  if (version === undefined) return { status: 'missing', program: path, message: missingProgram(path) }
  return { status: 'found', path, version }
}

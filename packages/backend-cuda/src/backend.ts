import type { Kernel } from '@tilewright/codegen'
import { device as findDevice } from '@tilewright/devices'
import type { CudaDevice } from '@tilewright/devices'
import type { Backend, Failure, Loaded } from '@tilewright/tuner'
import { compileKernel } from './compile-kernel.ts'
import { buildModule } from './cpu-module.ts'
import type { CpuModule } from './cpu-module.ts'
import { runModule } from './cpu-run.ts'
import { checkLaunches } from './launch.ts'
import { compilerVersions } from './toolchain.ts'
import type { Toolchain } from './toolchain.ts'

/** How a backend compiles and runs. */
export interface CudaOptions {
  /** From `findToolchain`. */
  readonly toolchain: Toolchain
  /** Of everything that is compiled; `defaultCacheFolder()` where it is left out. */
  readonly cacheFolder?: string
  /** Order in which blocks and threads run on the CPU; 0, by their numbers, where it is left out. */
  readonly seed?: number
  /** For each run; 60 s. */
  readonly runTimeoutMs?: number
  /** For each compiler that is called; 120 s. */
  readonly compileTimeoutMs?: number
}

/**
 * A CUDA GPU that is not here: candidates are compiled for its architecture, with the compiler's report, and their PTX
 * runs on the CPU. Translating and building for the CPU waits for the first run, as many candidates are only compiled.
 */
export function cudaBackend(device: CudaDevice, options: CudaOptions): Backend {
  return makeBackend(device.name, device, options, { builds: 'at-first-run', watched: false })
}

/**
 * `cuda-cpu`: PTX for compute 8.0 executed on the CPU, to check numbers and never to time. Its device is an A100 by
 * another name. Loading includes the build for the CPU, and every access of a run is watched.
 */
export function cudaCpuBackend(options: CudaOptions): Backend {
  const model = findDevice('a100-40gb') as CudaDevice
  const device: CudaDevice = { ...model, name: 'cuda-cpu', title: 'PTX on the CPU (sm_80)' }
  return makeBackend('cuda-cpu', device, options, { builds: 'at-load', watched: true })
}

/** How a backend uses the CPU: when it builds for it, and whether it watches every access there. */
interface Use {
  readonly builds: 'at-load' | 'at-first-run'
  readonly watched: boolean
}

function makeBackend(name: string, device: CudaDevice, options: CudaOptions, use: Use): Backend {
  const { toolchain } = options
  const { cxx } = toolchain
  return {
    name,
    device,
    target: 'cuda',
    evidence: 'compiled',
    fingerprint: {
      ...compilerVersions(toolchain),
      ...(cxx.status === 'missing' ? {} : { cxx: cxx.version }),
      system: `${process.platform} ${process.arch}`,
      seed: String(options.seed ?? 0),
    },
    load: (kernel) => load(kernel, device, options, use),
    close: () => Promise.resolve(),
  }
}

async function load(kernel: Kernel, device: CudaDevice, options: CudaOptions, use: Use): Promise<Loaded | Failure> {
  const { toolchain, cacheFolder, seed = 0, runTimeoutMs = 60_000, compileTimeoutMs = 120_000 } = options
  const begun = performance.now()
  const compiled = await compileKernel(kernel, {
    toolchain,
    architecture: device.architecture,
    cacheFolder,
    timeoutMs: compileTimeoutMs,
  })
  if (compiled.status !== 'compiled') return compiled
  let building: Promise<CpuModule | Failure> | undefined
  const build = (): Promise<CpuModule | Failure> => {
    const { cxx } = toolchain
    if (cxx.status === 'missing')
      return Promise.resolve({ status: 'runtime', reason: 'no-compiler', message: cxx.message })
    return (building ??= buildModule(compiled.ptx, {
      cxx,
      name: kernel.entryPoint,
      cacheFolder,
      timeoutMs: compileTimeoutMs,
    }))
  }
  if (use.builds === 'at-load') {
    const built = await build()
    if (built.status !== 'built') return built
  }
  return {
    status: 'loaded',
    compileMs: performance.now() - begun,
    report: compiled.report,
    async run(plan, inputs) {
      const refused = checkLaunches(plan.dispatches, device, compiled.reports)
      if (refused !== undefined) return refused
      const module = await build()
      if (module.status !== 'built') return module
      return runModule(module, plan, inputs, { seed, watched: use.watched, timeoutMs: runTimeoutMs })
    },
    release() {},
  }
}

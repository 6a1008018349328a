import { readFile } from 'node:fs/promises'
import type { Kernel } from '@tilewright/codegen'
import type { Plan, Tensors } from '@tilewright/kernels'
import type { Backend, Failure, Loaded, TimingProtocol } from '@tilewright/tuner'
import type { CudaOptions } from '../backend.ts'
import { compileKernel } from '../compile-kernel.ts'
import { outputsOf } from '../plan-bytes.ts'
import { entryPointsOf } from '../ptx/layout.ts'
import type { EntryPoint } from '../ptx/layout.ts'
import { compilerVersions } from '../toolchain.ts'
import { checkWork, workOf } from '../work.ts'
import type { Work } from '../work.ts'
import { driverLibrary } from './gpus.ts'
import type { Gpu } from './gpus.ts'
import type { Jobs } from './jobs.ts'
import type { GpuProcess } from './process.ts'
import { openSession } from './session.ts'
import type { Session } from './session.ts'
import { withFiles } from './files.ts'

/** How a GPU is used; nothing but the toolchain has to be said. */
export type GpuOptions = Omit<CudaOptions, 'seed'>

/**
 * A GPU of this machine, as `findGpus` gives it: kernels are compiled for it, run and timed. It is held by a process
 * of its own. What ends the driver's context there, as an illegal access, a hang or a crash does, costs the run that
 * did it: the next one starts another process, in which kernels that were loaded before are loaded again.
 */
export function cudaGpuBackend(gpu: Gpu, options: GpuOptions): Backend {
  const { toolchain } = options
  const session = openSession({ name: gpu.name, library: driverLibrary(), index: gpu.index })
  const shared = sharedInputs()
  return {
    name: gpu.name,
    device: gpu.device,
    target: 'cuda',
    evidence: 'measured',
    fingerprint: {
      gpu: gpu.device.title,
      uuid: gpu.uuid,
      driver: gpu.driver,
      ...compilerVersions(toolchain),
      system: `${process.platform} ${process.arch}`,
    },
    load: (kernel) => load(kernel, { session, shared, architecture: gpu.device.architecture }, options),
    close: () => session.close(),
  }
}

async function load(
  kernel: Kernel,
  {
    session,
    shared,
    architecture,
  }: { readonly session: Session; readonly shared: SharedInputs; readonly architecture: string },
  options: GpuOptions,
): Promise<Loaded | Failure> {
  const { toolchain, cacheFolder, runTimeoutMs = 60_000, compileTimeoutMs = 120_000 } = options
  const begun = performance.now()
  const compiled = await compileKernel(kernel, { toolchain, architecture, cacheFolder, timeoutMs: compileTimeoutMs })
  if (compiled.status !== 'compiled') return compiled
  const module = moduleOn(compiled.cubin, {
    entryPoint: kernel.entryPoint,
    kernels: entryPointsOf(compiled.ptx),
    timeoutMs: runTimeoutMs,
    shared,
  })
  const loaded = await session.use((gpu) => module.load(gpu))
  if (loaded !== undefined) return loaded
  return {
    status: 'loaded',
    compileMs: performance.now() - begun,
    report: compiled.report,
    run: (plan, inputs) => session.use((gpu) => module.run(gpu, plan, inputs)),
    time: (plan, inputs, protocol) => session.use((gpu) => module.time(gpu, plan, inputs, protocol)),
    release: () => module.release(session),
  }
}

/** Inputs on the GPU that kernels are timed on, as large as they are; a whole search is timed on the same ones. */
interface SharedInputs {
  on(
    gpu: GpuProcess,
    what: { readonly plan: Plan; readonly work: Work; readonly inputs: Tensors },
    limit: { readonly timeoutMs: number; readonly what: string },
  ): Promise<Jobs['place']['answer'] | Failure>
}

function sharedInputs(): SharedInputs {
  let last:
    { readonly gpu: GpuProcess; readonly inputs: Tensors; readonly shapes: string; readonly placed: number } | undefined
  return {
    async on(gpu, { plan, work, inputs }, limit) {
      const shapes = JSON.stringify(plan.buffers.filter(({ role }) => role === 'input'))
      if (last?.gpu === gpu && last.inputs === inputs && last.shapes === shapes)
        return { status: 'placed', inputs: last.placed }
      last = undefined
      const answer = await withFiles(plan, inputs, (files) => gpu.ask('place', { work, inputs: files.inputs }, limit))
      if (answer.status === 'placed') last = { gpu, inputs, shapes, placed: answer.inputs }
      return answer
    },
  }
}

/** A module of the file, on whichever process is there. */
function moduleOn(
  file: string,
  {
    entryPoint,
    kernels,
    timeoutMs,
    shared,
  }: {
    readonly entryPoint: string
    readonly kernels: readonly EntryPoint[]
    readonly timeoutMs: number
    readonly shared: SharedInputs
  },
) {
  let loaded: { readonly gpu: GpuProcess; readonly module: number } | undefined
  let prepared: { readonly plan: Plan; readonly inputs: Tensors } | undefined
  const limit = { timeoutMs, what: entryPoint }
  const checked = (plan: Plan): Work => {
    const work = workOf(plan)
    checkWork(work, kernels)
    return work
  }

  /** The module's number in the process; loaded there first where it is not. */
  const on = async (gpu: GpuProcess): Promise<number | Failure> => {
    if (loaded?.gpu === gpu) return loaded.module
    const answer = await gpu.ask('load', { file }, limit)
    if (answer.status !== 'loaded') return answer
    prepared = undefined
    loaded = { gpu, module: answer.module }
    return answer.module
  }
  return {
    async load(gpu: GpuProcess): Promise<Failure | undefined> {
      const module = await on(gpu)
      return typeof module === 'number' ? undefined : module
    },
    async run(gpu: GpuProcess, plan: Plan, inputs: Tensors): ReturnType<Loaded['run']> {
      const work = checked(plan)
      const module = await on(gpu)
      if (typeof module !== 'number') return module
      prepared = undefined
      return withFiles(plan, inputs, async (files) => {
        const ran = await gpu.ask('run', { module, work, ...files }, limit)
        if (ran.status !== 'ran') return ran
        return { status: 'ran', outputs: outputsOf(plan, await readFile(files.outputs)) }
      })
    },
    // Bursts of one plan follow each other; its inputs, as large as they are, are on the GPU from the first one on.
    async time(
      gpu: GpuProcess,
      plan: Plan,
      inputs: Tensors,
      protocol: TimingProtocol,
    ): ReturnType<NonNullable<Loaded['time']>> {
      const module = await on(gpu)
      if (typeof module !== 'number') return module
      if (prepared?.plan !== plan || prepared.inputs !== inputs) {
        prepared = undefined
        const work = checked(plan)
        const placed = await shared.on(gpu, { plan, work, inputs }, limit)
        if (placed.status !== 'placed') return placed
        const answer = await gpu.ask('prepare', { module, work, inputs: placed.inputs }, limit)
        if (answer.status !== 'prepared') return answer
        prepared = { plan, inputs }
      }
      const { warmupMs, measureMs } = protocol
      const longest = { ...limit, timeoutMs: timeoutMs + warmupMs + measureMs }
      const timed = await gpu.ask('time', { module, protocol }, longest)
      return timed.status === 'timed' ? { ...timed, clock: 'cuda-event' } : timed
    },
    // Nothing is left of it in a process that is gone.
    release(session: Session): void {
      const { gpu, module } = loaded ?? {}
      loaded = undefined
      if (gpu?.isAlive && module !== undefined)
        void session.use(async (now) => now === gpu && gpu.ask('unload', { module }, limit))
    },
  }
}

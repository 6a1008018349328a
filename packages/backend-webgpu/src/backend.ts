import { webgpuDevice } from '@tilewright/devices'
import type { Kernel } from '@tilewright/codegen'
import type { Backend, Failure, Loaded } from '@tilewright/tuner'
import { compile } from './compile.ts'
import { WebgpuError } from './errors.ts'
import type { GpuSource } from './gpu.ts'
import { runOnce } from './launch.ts'
import { isClosed } from './messages.ts'
import { isFailure, openSession, type Session } from './session.ts'
import { timePlan } from './timing.ts'

export interface WebgpuOptions {
  /** How messages and logs call the device; `webgpu` unless given. */
  readonly name?: string
  /** Milliseconds after which a compilation or a run counts as hanging; 60,000 unless given. */
  readonly deadlineMs?: number
  /** What is asked of `requestAdapter`, such as `powerPreference`. */
  readonly adapter?: GPURequestAdapterOptions
}

const DEADLINE_MS = 60_000

/**
 * A backend on the adapter that `gpu` gives: `navigator.gpu` in a browser, `nodeGpu()` in Node. Throws `E_NO_ADAPTER`
 * when it gives none.
 *
 * A device that is lost, or that a hanging kernel blocks, is replaced at the next `load`; a kernel loaded before then
 * answers with the failure that ended its device.
 */
export async function webgpuBackend(gpu: GpuSource, options: WebgpuOptions = {}): Promise<Backend> {
  const name = options.name ?? 'webgpu'
  const open = (): Promise<Session> =>
    openSession({ gpu, name, deadlineMs: options.deadlineMs ?? DEADLINE_MS, adapterOptions: options.adapter })
  let session: Session | undefined = await open()
  const { adapter } = session
  const { vendor, architecture, device, description } = adapter.info

  return {
    name,
    device: webgpuDevice(adapter),
    target: 'wgsl',
    evidence: 'measured',
    fingerprint: { vendor, architecture, device, description, runtime: gpu.runtime ?? '' },
    async load(kernel) {
      if (!session) throw new WebgpuError('E_CLOSED', isClosed(name))
      if (session.failure()) {
        session.close()
        session = await open()
      }
      return load(session, kernel)
    },
    async close() {
      session?.close()
      session = undefined
    },
  }
}

async function load(session: Session, kernel: Kernel): Promise<Loaded | Failure> {
  const began = performance.now()
  const entryPoints = [...new Set(kernel.plan.dispatches.map(({ entryPoint }) => entryPoint))]
  const compiled = await compile(session, kernel.source, entryPoints)
  if (isFailure(compiled)) return compiled
  const compileMs = performance.now() - began
  return {
    status: 'loaded',
    compileMs,
    run: async (plan, inputs) => session.failure() ?? runOnce(session, compiled, plan, inputs),
    time: async (plan, inputs, protocol) => session.failure() ?? timePlan(session, compiled, plan, inputs, protocol),
    // Pipelines have no destroy; they go with the last reference.
    release() {},
  }
}

import type { Failure } from '@tilewright/tuner'
import { WebgpuError } from './errors.ts'
import type { DeviceWork, GpuSource } from './gpu.ts'
import { deviceLost, noAdapter, ranTooLong } from './messages.ts'

/** One GPUDevice for as long as it lives. What was made with it dies with it. */
export interface Session {
  readonly name: string
  readonly adapter: GPUAdapter
  readonly device: GPUDevice
  readonly deadlineMs: number
  /** Why the device is of no more use; nothing while it lives. */
  failure(): Failure | undefined
  /**
   * What `work` gives, or a failure when the device is lost or the deadline passes. After the deadline the device is
   * given up: a kernel that does not end is never killed by a driver, and everything behind it in the queue waits.
   */
  within<T>(work: Promise<T>): Promise<T | Failure>
  close(): void
}

const FEATURES = ['shader-f16', 'subgroups', 'timestamp-query'] as const

/** A device with every limit of its adapter, and the features that kernels and timing may use. Throws `E_NO_ADAPTER`. */
export async function openSession(options: {
  readonly gpu: GpuSource
  readonly name: string
  readonly deadlineMs: number
  readonly adapterOptions?: GPURequestAdapterOptions | undefined
}): Promise<Session> {
  const { gpu, name, deadlineMs, adapterOptions } = options
  const adapter = await gpu.requestAdapter(adapterOptions)
  if (!adapter) throw new WebgpuError('E_NO_ADAPTER', noAdapter(name))
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: limitsOf(adapter),
  })
  // Every error is caught by a scope where it can be told to someone; one that is not would be printed by the runtime.
  device.onuncapturederror = (event) => event.preventDefault()

  const doing: DeviceWork = { pending: 0, isHung: false }
  gpu.watch?.(doing)
  let failure: Failure | undefined
  const lost = device.lost.then(({ message }): Failure => {
    failure ??= { status: 'runtime', reason: 'device-lost', message: deviceLost(name, message) }
    return failure
  })

  async function within<T>(work: Promise<T>): Promise<T | Failure> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<Failure>((resolve) => {
      timer = setTimeout(() => {
        failure ??= { status: 'timeout', reason: 'hang', message: ranTooLong(name, deadlineMs) }
        doing.isHung = true
        resolve(failure)
      }, deadlineMs)
    })
    doing.pending++
    try {
      // Work on a lost device rejects; the loss is the better answer, and it is known a moment later.
      const answer = work.catch((cause: unknown) => afterLoss(lost, cause))
      return await Promise.race([answer, lost, late])
    } finally {
      clearTimeout(timer)
      doing.pending--
    }
  }

  return {
    name,
    adapter,
    device,
    deadlineMs,
    failure: () => failure,
    within,
    close() {
      // Destroying waits for the queue; one that hangs would take this process along.
      if (!doing.isHung) device.destroy()
    },
  }
}

/** The loss, if the device turns out to be lost within 100 ms of `cause`; throws `cause` otherwise. */
async function afterLoss(lost: Promise<Failure>, cause: unknown): Promise<Failure> {
  const known = await Promise.race([lost, new Promise<undefined>((resolve) => setTimeout(resolve, 100, undefined))])
  if (known) return known
  throw cause
}

function limitsOf(adapter: GPUAdapter): Record<string, number> {
  const limits: Record<string, number> = {}
  // Limits are getters of the prototype: neither spreading nor Object.keys sees them.
  for (const name in adapter.limits) {
    const value: unknown = adapter.limits[name as keyof GPUSupportedLimits]
    if (typeof value === 'number') limits[name] = value
  }
  return limits
}

/** Tells a failure from what was asked for. */
export function isFailure(answer: unknown): answer is Failure {
  const status = (answer as { readonly status?: unknown } | null | undefined)?.status
  return status === 'compile' || status === 'runtime' || status === 'timeout'
}

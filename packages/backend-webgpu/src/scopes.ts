import type { Failure } from '@tilewright/tuner'

const FILTERS = ['validation', 'out-of-memory', 'internal'] as const

/**
 * Runs `work`, which issues commands and does not wait, and gives what it gives with the first error of the device, if
 * there was one. The scopes of a device that is lost hold nothing: the loss is told by whoever waits for the work.
 */
export async function scoped<T>(
  device: GPUDevice,
  work: () => T,
): Promise<{ readonly value: T; readonly error: { readonly reason: string; readonly message: string } | undefined }> {
  for (const filter of FILTERS) device.pushErrorScope(filter)
  const popped: Promise<GPUError | null>[] = []
  let value: T
  try {
    value = work()
  } finally {
    // All at once and before anything is awaited: scopes are a stack, and work of somebody else must not get into it.
    for (const _ of FILTERS) popped.push(device.popErrorScope().catch(() => null))
  }
  const errors = await Promise.all(popped)
  const at = errors.findIndex((error) => error !== null)
  if (at < 0) return { value, error: undefined }
  // Scopes come off the stack in the opposite order.
  const reason = FILTERS[FILTERS.length - 1 - at]!
  return { value, error: { reason, message: errors[at]!.message.trim() } }
}

/** The error of a scope as the outcome of a run. */
export function runFailure(error: { readonly reason: string; readonly message: string }): Failure {
  return { status: 'runtime', ...error }
}

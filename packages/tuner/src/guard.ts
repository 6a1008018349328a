import type { Failure } from './backend.ts'
import { timedOut } from './messages.ts'

/** What bounds one step of a backend. */
export interface Bounds {
  readonly stepTimeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * A step of a backend that cannot harm the search: a throw is a failure with status `runtime` and reason `threw`, no
 * answer in time is one with status `timeout`. Rejects only when the signal aborts, with the signal's reason, and does
 * not wait for the step then.
 */
export async function guarded<T>(step: () => Promise<T | Failure>, bounds: Bounds): Promise<T | Failure> {
  const { stepTimeoutMs, signal } = bounds
  signal?.throwIfAborted()
  let cancel = (): void => {}
  const limit = new Promise<Failure>((resolve, reject) => {
    const timer = setTimeout(
      () => resolve({ status: 'timeout', reason: 'hang', message: timedOut(stepTimeoutMs) }),
      stepTimeoutMs,
    )
    const abort = (): void => reject(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
    cancel = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  })
  // The step runs inside a promise of its own: it may throw before it returns one.
  const work = Promise.resolve()
    .then(step)
    .catch((cause: unknown): Failure => ({ status: 'runtime', reason: 'threw', message: textOf(cause) }))
  try {
    return await Promise.race([work, limit])
  } finally {
    cancel()
  }
}

/** Tells a failure from what a step gives otherwise. */
export function isFailure(answer: { readonly status: string }): answer is Failure {
  return answer.status === 'compile' || answer.status === 'runtime' || answer.status === 'timeout'
}

/** Releases what a backend holds; a release that throws says nothing of the candidate any more. */
export function released(loaded: { release(): void }): void {
  try {
    loaded.release()
  } catch {
    // The trial is over and its outcome known.
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

import type { Failure } from '@tilewright/tuner'
import { backendClosed } from './messages.ts'
import { startProcess } from './process.ts'
import type { GpuProcess } from './process.ts'

/** One GPU through time: there is one process that holds it, and after its end another. */
export interface Session {
  /** Does something with the process, once all that was asked for before is done. */
  use<T>(work: (gpu: GpuProcess) => Promise<T>): Promise<T | Failure>
  /** Ends what is being done, and everything after. */
  close(): Promise<void>
}

// Starting a GPU takes seconds where no other program keeps it awake.
const OPEN_MS = 60_000

export function openSession(options: {
  readonly name: string
  readonly library: string
  readonly index: number
}): Session {
  const { name, library, index } = options
  let current: GpuProcess | undefined
  let isClosed = false
  let last: Promise<unknown> = Promise.resolve()

  const living = async (): Promise<GpuProcess | Failure> => {
    if (isClosed) return { status: 'runtime', reason: 'closed', message: backendClosed(name) }
    if (current?.isAlive) return current
    // Its memory and its place on the GPU are free only when it is gone.
    await current?.end()
    current = startProcess()
    const opened = await current.ask('open', { library, index }, { timeoutMs: OPEN_MS, what: name })
    if (opened.status === 'opened') return current
    await current.end()
    return opened
  }
  return {
    use(work) {
      const turn = last.then(async () => {
        const gpu = await living()
        return 'status' in gpu ? gpu : work(gpu)
      })
      last = turn.catch(() => undefined)
      return turn
    },
    async close() {
      isClosed = true
      await current?.end()
      await last
    },
  }
}

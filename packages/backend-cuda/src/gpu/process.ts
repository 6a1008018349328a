import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Failure } from '@tilewright/tuner'
import { timedOut } from '../messages.ts'
import type { Answer, JobName, Jobs, Refused } from './jobs.ts'
import { processEnded } from './messages.ts'

/** A process that holds a GPU. What a kernel does to its driver, it does to this process alone. */
export interface GpuProcess {
  /** Whether it can do another job; false for good after a crash, a hang, or an error that ends the driver's context. */
  readonly isAlive: boolean
  /**
   * Has one job done; the next may be asked for when this one is answered. `what` names it in messages. A process that
   * gives no answer in time is killed; never rejects.
   */
  ask<N extends JobName>(
    name: N,
    job: Jobs[N]['job'],
    limit: { readonly timeoutMs: number; readonly what: string },
  ): Promise<Jobs[N]['answer'] | Failure>
  /** Kills it; a job that it was at fails. */
  end(): Promise<void>
}

// Node 20 runs no TypeScript, so it is the built file, from src/ and from dist/ alike.
const PROGRAM = fileURLToPath(new URL('../../dist/gpu/child.js', import.meta.url))

// What a driver prints without end must not fill our memory; the last of it says what is wrong.
const MOST_OUTPUT = 1 << 16

// A process with work on the GPU dies only when the driver lets go of it.
const LONGEST_DEATH_MS = 10_000

export function startProcess(): GpuProcess {
  const child = fork(PROGRAM, [], {
    execArgv: [],
    serialization: 'advanced', // bytes stay bytes
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  // An idle GPU keeps no program from ending; the deadline of a job does while there is one.
  child.unref()
  child.channel!.unref()
  ;(child.stderr as { unref?: () => void }).unref?.()

  let isAlive = true
  let stderr = ''
  let settle: ((answer: Answer<JobName> | Failure) => void) | undefined
  const settled = (answer: Answer<JobName> | Failure): void => {
    settle?.(answer)
    settle = undefined
  }
  const exited = new Promise<void>((resolve) => {
    const ended = (how: string): void => {
      isAlive = false
      settled({ status: 'runtime', reason: 'crash', message: processEnded(how, stderr) })
      resolve()
    }
    child.on('error', (cause) => ended(cause.message))
    child.on('close', (code, signal) => ended(signal ?? `exit code ${code}`))
  })
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MOST_OUTPUT)
  })
  child.on('message', (answer: Answer<JobName>) => {
    if ('isLost' in answer && answer.isLost) isAlive = false
    settled('isLost' in answer ? failureOf(answer) : answer)
  })

  const end = async (): Promise<void> => {
    isAlive = false
    child.kill('SIGKILL')
    let timer: NodeJS.Timeout | undefined
    await Promise.race([exited, new Promise((resolve) => (timer = setTimeout(resolve, LONGEST_DEATH_MS)))])
    clearTimeout(timer)
  }
  return {
    get isAlive() {
      return isAlive
    },
    async ask<N extends JobName>(
      name: N,
      job: Jobs[N]['job'],
      { timeoutMs, what }: { readonly timeoutMs: number; readonly what: string },
    ) {
      let timer: NodeJS.Timeout | undefined
      const answer = new Promise<Answer<JobName> | Failure>((resolve) => {
        settle = resolve
        timer = setTimeout(() => {
          // In this order: the end of the process must not be taken for a crash.
          settled({ status: 'timeout', reason: 'hang', message: timedOut(what, timeoutMs) })
          void end()
        }, timeoutMs)
        // A process that is gone is said by its `close`; what cannot be sent at all would go without an answer.
        child.send({ name, ...job }, (cause) => {
          if (cause) settled({ status: 'runtime', reason: 'crash', message: processEnded(cause.message, stderr) })
        })
      })
      try {
        return (await answer) as Jobs[N]['answer'] | Failure
      } finally {
        clearTimeout(timer)
      }
    },
    end,
  }
}

function failureOf({ status, reason, message }: Refused): Failure {
  return { status, reason, message }
}

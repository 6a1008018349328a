import { spawn } from 'node:child_process'

/** How a program ended. */
export interface Ended {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
}

/** Time that a program has between being asked to end and being killed. */
const GRACE_MS = 500

// A kernel that prints without end must not fill our memory; the first megabyte says what is wrong.
const MOST_OUTPUT = 1 << 20

/**
 * Runs a program to its end; never rejects. A program that cannot be started ends with code null and the reason as
 * stderr. At the deadline it gets SIGTERM, so that it can say where it is, and half a second later SIGKILL.
 */
export function execute(
  program: string,
  args: readonly string[],
  options: { readonly timeoutMs: number; readonly cwd?: string } = { timeoutMs: 60_000 },
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    let timedOut = false
    let killer: NodeJS.Timeout | undefined
    const timer = setTimeout(() => {
      timedOut = true
      child.kill('SIGTERM')
      killer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    }, options.timeoutMs)
    const ended = (code: number | null): void => {
      clearTimeout(timer)
      clearTimeout(killer)
      resolve({ code, ...output, timedOut })
    }
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        if (output[stream].length < MOST_OUTPUT) output[stream] += text
      })
    }
    child.on('error', (cause) => {
      output.stderr += cause.message
      ended(null)
    })
    child.on('close', ended)
  })
}

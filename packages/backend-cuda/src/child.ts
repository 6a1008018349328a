import { spawn } from 'node:child_process'

/** How a program ended. */
export interface Ended {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
}

/** Time that a program has between being asked to end and being killed. */
const GRACE_MS = 500

// A kernel that prints without end must not fill our memory; the first megabyte says what is wrong.
const MOST_OUTPUT = 1 << 20

export interface ExecuteOptions {
  readonly timeoutMs: number
  readonly cwd?: string
  /** Variables on top of this process's own. */
  readonly env?: Readonly<Record<string, string>>
  /**
   * Whether a signal reaches the programs that it starts, too: nvcc starts others, which outlive it otherwise. A group
   * is not of the terminal: Ctrl-C does not end it.
   */
  readonly isGroup?: boolean
}

/**
 * Runs a program to its end; never rejects. A program that cannot be started ends with code and signal null and the
 * reason as stderr. At the deadline it gets SIGTERM, so that it can say where it is, and half a second later SIGKILL.
 */
export function execute(
  program: string,
  args: readonly string[],
  options: ExecuteOptions = { timeoutMs: 60_000 },
): Promise<Ended> {
  const { timeoutMs, cwd, env, isGroup = false } = options
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: isGroup,
    })
    const kill = (signal: NodeJS.Signals): void => {
      if (isGroup && child.pid !== undefined) killGroup(child.pid, signal)
      else child.kill(signal)
    }
    const output = { stdout: '', stderr: '' }
    let timedOut = false
    let killer: NodeJS.Timeout | undefined
    const timer = setTimeout(() => {
      timedOut = true
      kill('SIGTERM')
      killer = setTimeout(() => kill('SIGKILL'), GRACE_MS)
    }, timeoutMs)
    const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
      clearTimeout(timer)
      clearTimeout(killer)
      resolve({ code, signal, ...output, timedOut })
    }
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        if (output[stream].length < MOST_OUTPUT) output[stream] += text
      })
    }
    child.on('error', (cause) => {
      output.stderr += cause.message
      ended(null, null)
    })
    child.on('close', ended)
  })
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // All of it has ended.
  }
}

import { availableParallelism } from 'node:os'
import type { Failure } from '@tilewright/tuner'
import { execute } from './child.ts'
import type { Ended, ExecuteOptions } from './child.ts'
import { compilerDied, compilerFailed, timedOut } from './messages.ts'

/** One call of a compiler, and how it is spoken of. */
export interface CompilerCall extends Omit<ExecuteOptions, 'isGroup'> {
  readonly program: string
  readonly args: readonly string[]
  /** `ptxas for sm_90` */
  readonly what: string
  /** Of a failure: `ptxas`. */
  readonly reason: string
}

/**
 * Calls a compiler once a core is free for it, so that whoever asks for hundreds of results starts no hundreds of
 * processes: every compiler of this package is called here. Gives what it wrote to stderr; that it refuses, dies of a
 * signal or does not end in time, counted from its start, is a failure.
 */
export async function runCompiler(call: CompilerCall): Promise<string | Failure> {
  await takeCore()
  try {
    const ended = await execute(call.program, call.args, { ...call, isGroup: true })
    return ended.code === 0 ? ended.stderr : failureOf(call, ended)
  } finally {
    giveCore()
  }
}

function failureOf({ what, reason, timeoutMs }: CompilerCall, ended: Ended): Failure {
  if (ended.timedOut) return { status: 'timeout', reason, message: timedOut(what, timeoutMs) }
  const { code, signal, stderr } = ended
  if (signal !== null) return { status: 'compile', reason, message: compilerDied(what, signal, stderr) }
  return { status: 'compile', reason, message: compilerFailed(what, code, stderr) }
}

let freeCores = availableParallelism()
const waiting: (() => void)[] = []

function takeCore(): Promise<void> {
  if (freeCores > 0) {
    freeCores--
    return Promise.resolve()
  }
  return new Promise((resolve) => waiting.push(resolve))
}

// To the one who waited longest.
function giveCore(): void {
  const next = waiting.shift()
  if (next === undefined) freeCores++
  else next()
}

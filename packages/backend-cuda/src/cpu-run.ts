import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode } from '@tilewright/kernels'
import type { Plan, PlanBuffer, Tensors } from '@tilewright/kernels'
import type { Failure } from '@tilewright/tuner'
import { execute } from './child.ts'
import type { CpuModule } from './cpu-module.ts'
import { CudaError } from './errors.ts'
import { checkWork, workOf, workText } from './work.ts'
import type { Work, WorkBuffer } from './work.ts'
import { firstLines, timedOut, wrongInputBytes } from './messages.ts'
import { bytesOfInput } from './plan-bytes.ts'

/** Exit code of the runner where the kernel did something wrong; see runtime/failure.cpp. */
const FAILED = 3

/** How a module is run on the CPU. */
export interface RunOptions {
  /** Order in which blocks and threads run; 0 is by their numbers. */
  readonly seed: number
  /**
   * Whether every access is watched: races, bytes and registers that nobody wrote and copies that nobody waited for end
   * the run. It takes longer.
   */
  readonly watched?: boolean
  readonly timeoutMs: number
}

/** Contents of buffers by name, little endian. */
export type Contents = Readonly<Record<string, Uint8Array>>

/**
 * Runs a plan on the CPU, in a process of its own. A kernel that fails gives a `runtime` failure whose reason is what
 * the runtime found (`out-of-bounds`, `deadlock`, …); one that does not end gives `timeout`. Throws `E_PLAN` for a plan
 * that does not fit the module, and `E_INPUTS` for tensors that do not fit the plan.
 */
export async function runModule(
  module: CpuModule,
  plan: Plan,
  inputs: Tensors,
  options: RunOptions,
): Promise<{ readonly status: 'ran'; readonly outputs: Tensors } | Failure> {
  const named = (role: PlanBuffer['role']): readonly PlanBuffer[] => plan.buffers.filter((b) => b.role === role)
  const contents = named('input').map((buffer) => [buffer.name, bytesOfInput(buffer, inputs)] as const)
  const ran = await runWork(module, workOf(plan), Object.fromEntries(contents), options)
  if (ran.status !== 'ran') return ran
  const outputs = named('output').map(({ name, dtype }) => [name, decode(dtype, ran.outputs[name]!)] as const)
  return { status: 'ran', outputs: Object.fromEntries(outputs) }
}

/** Runs on the CPU as `runModule` does: contents of what is read at the start go in, of what is read at the end come out. */
export async function runWork(
  module: CpuModule,
  work: Work,
  inputs: Contents,
  options: RunOptions,
): Promise<{ readonly status: 'ran'; readonly outputs: Contents } | Failure> {
  checkWork(work, module.kernels)
  const { seed, watched = false } = options
  const text = `module ${module.library}\nseed ${seed}\nwatched ${watched ? 1 : 0}\n${workText(work)}`
  const data = Buffer.concat(work.buffers.filter(isRead).map((buffer) => inputOf(buffer, inputs)))
  const folder = await mkdtemp(join(tmpdir(), 'tilewright-run-'))
  try {
    const [jobFile, inputFile, outputFile] = ['job', 'inputs', 'outputs'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    await Promise.all([writeFile(jobFile, text), writeFile(inputFile, data)])
    const ended = await execute(module.runner, [jobFile, inputFile, outputFile], options)
    if (ended.code === 0) return { status: 'ran', outputs: outputsOf(work, new Uint8Array(await readFile(outputFile))) }
    return failureOf(ended.stderr, ended.code === FAILED, ended.timedOut, options.timeoutMs)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function isRead({ role }: WorkBuffer): boolean {
  return role === 'input' || role === 'inout'
}

function inputOf({ name, bytes }: WorkBuffer, inputs: Contents): Uint8Array {
  const given = inputs[name]
  if (given?.length !== bytes) throw new CudaError('E_INPUTS', wrongInputBytes(name, given?.length, bytes))
  return given
}

// The bytes are no Buffer: its `slice` shares memory where that of a Uint8Array copies.
function outputsOf(work: Work, all: Uint8Array): Contents {
  const outputs: Record<string, Uint8Array> = {}
  let at = 0
  for (const { name, role, bytes } of work.buffers) {
    if (role !== 'output' && role !== 'inout') continue
    outputs[name] = all.slice(at, at + bytes)
    at += bytes
  }
  return outputs
}

function failureOf(stderr: string, said: boolean, isTimeout: boolean, timeoutMs: number): Failure {
  const [, reason, message] = /^([\w-]+)\t([^\n]*)/m.exec(stderr) ?? []
  if (isTimeout)
    return {
      status: 'timeout',
      reason: 'hang',
      message: `${timedOut('the run', timeoutMs)}${message === undefined ? '' : `: ${message}`}`,
    }
  if (said && reason !== undefined) return { status: 'runtime', reason, message: message! }
  return { status: 'runtime', reason: 'crash', message: `the runner ended badly: ${firstLines(stderr)}` }
}

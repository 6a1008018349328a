import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesOf, decode, elementCount, encode } from '@tilewright/kernels'
import type { Dispatch, Plan, PlanBuffer, Tensors } from '@tilewright/kernels'
import type { Failure } from '@tilewright/tuner'
import { execute } from './child.ts'
import type { CpuModule } from './cpu-module.ts'
import { CudaError } from './errors.ts'
import { firstLines, noEntryPoint, timedOut, unknownBuffer, wrongArguments, wrongInput } from './messages.ts'

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
  const job = jobText(module, plan, options)
  const data = Buffer.concat(
    plan.buffers.filter(({ role }) => role === 'input').map((buffer) => bytesOfInput(buffer, inputs)),
  )
  const folder = await mkdtemp(join(tmpdir(), 'tilewright-run-'))
  try {
    const [jobFile, inputFile, outputFile] = ['job', 'inputs', 'outputs'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    await Promise.all([writeFile(jobFile, job), writeFile(inputFile, data)])
    const ended = await execute(module.runner, [jobFile, inputFile, outputFile], options)
    if (ended.code === 0) return { status: 'ran', outputs: outputsOf(plan, new Uint8Array(await readFile(outputFile))) }
    return failureOf(ended.stderr, ended.code === FAILED, ended.timedOut, options.timeoutMs)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The job as runtime/runner.cpp reads it. */
function jobText(module: CpuModule, plan: Plan, { seed, watched = false }: RunOptions): string {
  const indices = new Map(plan.buffers.map((buffer, index) => [buffer.name, index]))
  const lines = [`module ${module.library}`, `seed ${seed}`, `watched ${watched ? 1 : 0}`]
  for (const buffer of plan.buffers) lines.push(`buffer ${wordOf(buffer.name)} ${buffer.role} ${byteCount(buffer)}`)
  for (const dispatch of plan.dispatches) {
    checkArguments(module, dispatch)
    const { entryPoint, grid, block, sharedBytes, cooperative, buffers, scalars } = dispatch
    const shape = [...grid, ...block, sharedBytes, cooperative ? 1 : 0, buffers.length + scalars.length]
    lines.push(`launch ${entryPoint} ${shape.join(' ')}`)
    for (const name of buffers) {
      const index = indices.get(name)
      if (index === undefined) throw new CudaError('E_PLAN', unknownBuffer(entryPoint, name))
      lines.push(`pointer ${index}`)
    }
    for (const { value } of scalars) lines.push(`integer ${value}`)
  }
  return `${lines.join('\n')}\n`
}

function checkArguments(module: CpuModule, { entryPoint, buffers, scalars }: Dispatch): void {
  const kernel = module.kernels.find(({ name }) => name === entryPoint)
  if (kernel === undefined) {
    const known = module.kernels.map(({ name }) => name)
    throw new CudaError('E_PLAN', noEntryPoint(entryPoint, known))
  }
  const bytes = 8 * buffers.length + 4 * scalars.length
  if (bytes !== kernel.argumentBytes)
    throw new CudaError('E_PLAN', wrongArguments(entryPoint, bytes, kernel.argumentBytes))
}

function bytesOfInput(buffer: PlanBuffer, inputs: Tensors): Uint8Array {
  const values = inputs[buffer.name]
  const wanted = elementCount(buffer)
  if (values?.length !== wanted) throw new CudaError('E_INPUTS', wrongInput(buffer.name, values?.length, wanted))
  return encode(buffer.dtype, values)
}

// The bytes are no Buffer: its `slice` shares memory where that of a Uint8Array copies.
function outputsOf(plan: Plan, bytes: Uint8Array): Tensors {
  const outputs: Record<string, Float32Array> = {}
  let at = 0
  for (const buffer of plan.buffers) {
    if (buffer.role !== 'output') continue
    outputs[buffer.name] = decode(buffer.dtype, bytes.subarray(at, at + byteCount(buffer)))
    at += byteCount(buffer)
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

function byteCount(buffer: PlanBuffer): number {
  return bytesOf(buffer.dtype) * elementCount(buffer)
}

function wordOf(name: string): string {
  return name.replaceAll(/\s/g, '_')
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dispatch, Plan, Tensors } from '@tilewright/kernels'
import { CudaError } from '../errors.ts'
import { unknownBuffer } from '../messages.ts'
import { byteCount, bytesOfInput } from '../plan-bytes.ts'
import type { Work, WorkLaunch } from './jobs.ts'

/** A plan in bytes; throws `E_PLAN` for a dispatch of a buffer that is not there. */
export function workOf(plan: Plan): Work {
  const numbers = new Map(plan.buffers.map(({ name }, number) => [name, number]))
  return {
    buffers: plan.buffers.map((buffer) => ({ role: buffer.role, bytes: byteCount(buffer) })),
    launches: plan.dispatches.map((dispatch) => launchOf(dispatch, numbers)),
  }
}

/**
 * Writes the inputs of a plan to a file, for as long as `use` takes; beside it there is a place for the outputs. Throws
 * `E_INPUTS` for tensors that do not fit the plan.
 */
export async function withFiles<T>(
  plan: Plan,
  inputs: Tensors,
  use: (files: { readonly inputs: string; readonly outputs: string }) => Promise<T>,
): Promise<T> {
  const bytes = plan.buffers.filter(({ role }) => role === 'input').map((buffer) => bytesOfInput(buffer, inputs))
  const folder = await mkdtemp(join(tmpdir(), 'tilewright-gpu-'))
  try {
    const files = { inputs: join(folder, 'inputs'), outputs: join(folder, 'outputs') }
    await writeFile(files.inputs, bytes)
    return await use(files)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function launchOf(dispatch: Dispatch, numbers: ReadonlyMap<string, number>): WorkLaunch {
  const { entryPoint, grid, block, sharedBytes, cooperative, buffers, scalars } = dispatch
  const pointers = buffers.map((name) => {
    const number = numbers.get(name)
    if (number === undefined) throw new CudaError('E_PLAN', unknownBuffer(entryPoint, name))
    return number
  })
  return { entryPoint, grid, block, sharedBytes, cooperative, pointers, integers: scalars.map(({ value }) => value) }
}

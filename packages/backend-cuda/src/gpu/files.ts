import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plan, Tensors } from '@tilewright/kernels'
import { bytesOfInput } from '../plan-bytes.ts'

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

import type { Dispatch, Plan, Tensors } from '@tilewright/kernels'
import { CudaError } from '../errors.ts'
import { unknownBuffer } from '../messages.ts'
import { byteCount, bytesOfInput } from '../plan-bytes.ts'
import type { Work, WorkLaunch } from './jobs.ts'

/** A plan and its inputs in bytes. Throws `E_PLAN` for a dispatch of a buffer that is not there, `E_INPUTS` for wrong tensors. */
export function workOf(plan: Plan, inputs: Tensors): Work {
  const numbers = new Map(plan.buffers.map(({ name }, number) => [name, number]))
  return {
    buffers: plan.buffers.map((buffer) =>
      buffer.role === 'input'
        ? { role: buffer.role, data: bytesOfInput(buffer, inputs) }
        : { role: buffer.role, bytes: byteCount(buffer) },
    ),
    launches: plan.dispatches.map((dispatch) => launchOf(dispatch, numbers)),
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

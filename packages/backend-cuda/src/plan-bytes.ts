import { bytesOf, decode, elementCount, encode } from '@tilewright/kernels'
import type { Plan, PlanBuffer, Tensors } from '@tilewright/kernels'
import { CudaError } from './errors.ts'
import { wrongInput } from './messages.ts'

/** The bytes of an input; throws `E_INPUTS` where it is missing or not as long as its shape. */
export function bytesOfInput(buffer: PlanBuffer, inputs: Tensors): Uint8Array {
  const values = inputs[buffer.name]
  const wanted = elementCount(buffer)
  if (values?.length !== wanted) throw new CudaError('E_INPUTS', wrongInput(buffer.name, values?.length, wanted))
  return encode(buffer.dtype, values)
}

/** The outputs of a plan by name, from their bytes one after the other. */
export function outputsOf(plan: Plan, bytes: Uint8Array): Tensors {
  const outputs: Record<string, Float32Array> = {}
  let at = 0
  for (const buffer of plan.buffers) {
    if (buffer.role !== 'output') continue
    outputs[buffer.name] = decode(buffer.dtype, bytes.subarray(at, at + byteCount(buffer)))
    at += byteCount(buffer)
  }
  return outputs
}

export function byteCount(buffer: PlanBuffer): number {
  return bytesOf(buffer.dtype) * elementCount(buffer)
}

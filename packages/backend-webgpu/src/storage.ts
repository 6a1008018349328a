import { bytesOf, decode, elementCount, encode, type Plan, type PlanBuffer, type Tensors } from '@tilewright/kernels'
import { WebgpuError } from './errors.ts'
import { BUFFER_USAGE, MAP_READ } from './gpu.ts'
import { inputLength, inputMissing } from './messages.ts'

/** The buffers of one plan on the device, by name. */
export type Storage = ReadonlyMap<string, GPUBuffer>

// Buffers are whole vec4<f32>: a shader that reads f32 as vec4 sees its last, partly filled element, which a runtime-sized
// array would otherwise not have; copies and writes want a multiple of 4 anyway.
const GRANULE = 16

/** Throws `E_INPUT` unless every input of the plan is there and as long as its shape. */
export function checkInputs(plan: Plan, inputs: Tensors): void {
  for (const buffer of plan.buffers.filter(({ role }) => role === 'input')) {
    const values = inputs[buffer.name]
    if (!values) throw new WebgpuError('E_INPUT', inputMissing(buffer.name))
    const wanted = elementCount(buffer)
    if (values.length !== wanted) throw new WebgpuError('E_INPUT', inputLength(buffer, values.length, wanted))
  }
}

/**
 * Inputs hold their values, what is zeroed zeros, and outputs and scratch all ones: NaN in f32 and bf16, so that an element
 * that no thread wrote is seen, and never an old answer.
 */
export function createStorage(device: GPUDevice, plan: Plan, inputs: Tensors): Storage {
  const usage = BUFFER_USAGE.storage | BUFFER_USAGE.copySrc | BUFFER_USAGE.copyDst
  const storage = new Map<string, GPUBuffer>()
  for (const buffer of plan.buffers) {
    const size = sizeOf(buffer)
    const made = device.createBuffer({ label: buffer.name, size, usage })
    storage.set(buffer.name, made)
    if (buffer.role === 'zeroed') continue
    const bytes = new Uint8Array(size)
    if (buffer.role === 'input') bytes.set(encode(buffer.dtype, inputs[buffer.name]!))
    else bytes.fill(0xff)
    device.queue.writeBuffer(made, 0, bytes)
  }
  return storage
}

/** A host-visible copy of every output, filled by the commands that `encode` records. */
export interface Readback {
  record(encoder: GPUCommandEncoder): void
  /** Resolves when the device is done; the outputs by name. */
  read(): Promise<Tensors>
  destroy(): void
}

export function createReadback(device: GPUDevice, plan: Plan, storage: Storage): Readback {
  const outputs = plan.buffers.filter(({ role }) => role === 'output')
  const usage = BUFFER_USAGE.mapRead | BUFFER_USAGE.copyDst
  const copies = outputs.map((buffer) => ({ buffer, copy: device.createBuffer({ size: sizeOf(buffer), usage }) }))
  return {
    record(encoder) {
      for (const { buffer, copy } of copies)
        encoder.copyBufferToBuffer(storage.get(buffer.name)!, 0, copy, 0, sizeOf(buffer))
    },
    async read() {
      await Promise.all(copies.map(({ copy }) => copy.mapAsync(MAP_READ)))
      return Object.fromEntries(
        copies.map(({ buffer, copy }) => {
          const bytes = new Uint8Array(copy.getMappedRange(), 0, elementCount(buffer) * bytesOf(buffer.dtype))
          return [buffer.name, decode(buffer.dtype, bytes)]
        }),
      )
    },
    destroy() {
      for (const { copy } of copies) copy.destroy()
    },
  }
}

function sizeOf(buffer: PlanBuffer): number {
  const bytes = elementCount(buffer) * bytesOf(buffer.dtype)
  return Math.max(1, Math.ceil(bytes / GRANULE)) * GRANULE
}

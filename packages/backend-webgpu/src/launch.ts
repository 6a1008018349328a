import type { Dispatch, Plan, Tensors } from '@tilewright/kernels'
import type { Failure } from '@tilewright/tuner'
import type { Compiled } from './compile.ts'
import { WebgpuError } from './errors.ts'
import { BUFFER_USAGE } from './gpu.ts'
import { unknownBuffer } from './messages.ts'
import { runFailure, scoped } from './scopes.ts'
import { isFailure, type Session } from './session.ts'
import { checkInputs, createReadback, createStorage, type Storage } from './storage.ts'

/** A plan with everything made that it needs, to be recorded into passes as often as one likes. */
export interface Launch {
  /** Records the dispatches in order. Within one pass each sees what the ones before it wrote. */
  record(pass: GPUComputePassEncoder): void
  destroy(): void
}

/** The pipelines of all dispatches of a plan, in their order. */
export async function pipelinesOf(compiled: Compiled, plan: Plan): Promise<readonly GPUComputePipeline[] | Failure> {
  const pipelines: GPUComputePipeline[] = []
  for (const { entryPoint } of plan.dispatches) {
    const pipeline = await compiled.pipeline(entryPoint)
    if (isFailure(pipeline)) return pipeline
    pipelines.push(pipeline)
  }
  return pipelines
}

/** Issues device commands: call it inside an error scope. */
export function createLaunch(
  device: GPUDevice,
  plan: Plan,
  pipelines: readonly GPUComputePipeline[],
  storage: Storage,
): Launch {
  const uniforms: GPUBuffer[] = []
  const steps = plan.dispatches.map((dispatch, i) => {
    const entries = dispatch.buffers.map((name, index) => {
      const buffer = storage.get(name)
      if (!buffer) throw new WebgpuError('E_INPUT', unknownBuffer(dispatch.entryPoint, name))
      return { binding: index + 1, resource: { buffer } }
    })
    if (dispatch.scalars.length > 0) {
      const buffer = uniformOf(device, dispatch)
      uniforms.push(buffer)
      entries.push({ binding: 0, resource: { buffer } })
    }
    const pipeline = pipelines[i]!
    const group =
      entries.length === 0
        ? undefined
        : device.createBindGroup({ label: dispatch.entryPoint, layout: pipeline.getBindGroupLayout(0), entries })
    return { pipeline, group, grid: dispatch.grid }
  })
  return {
    record(pass) {
      for (const { pipeline, group, grid } of steps) {
        pass.setPipeline(pipeline)
        if (group) pass.setBindGroup(0, group)
        pass.dispatchWorkgroups(...grid)
      }
    },
    destroy() {
      for (const buffer of uniforms) buffer.destroy()
    },
  }
}

/** Runs a plan once and gives its outputs. Throws `E_INPUT` for inputs that do not fit the plan. */
export async function runOnce(
  session: Session,
  compiled: Compiled,
  plan: Plan,
  inputs: Tensors,
): Promise<{ readonly status: 'ran'; readonly outputs: Tensors } | Failure> {
  checkInputs(plan, inputs)
  const { device } = session
  const pipelines = await pipelinesOf(compiled, plan)
  if (isFailure(pipelines)) return pipelines
  const { value: made, error } = await scoped(device, () => {
    const storage = createStorage(device, plan, inputs)
    const readback = createReadback(device, plan, storage)
    const launch = createLaunch(device, plan, pipelines, storage)
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    launch.record(pass)
    pass.end()
    readback.record(encoder)
    device.queue.submit([encoder.finish()])
    return { storage, readback, launch }
  })
  try {
    if (session.failure()) return session.failure()!
    if (error) return runFailure(error)
    const outputs = await session.within(made.readback.read())
    return isFailure(outputs) ? outputs : { status: 'ran', outputs: outputs as Tensors }
  } finally {
    release(session, made)
  }
}

/** Frees what a run made. On a device that was given up nothing may be touched: its queue does not end. */
export function release(
  session: Session,
  made: { storage: Storage; launch: Launch; readback?: { destroy(): void } },
): void {
  if (session.failure()) return
  for (const buffer of made.storage.values()) buffer.destroy()
  made.readback?.destroy()
  made.launch.destroy()
}

function uniformOf(device: GPUDevice, dispatch: Dispatch): GPUBuffer {
  const words = new Int32Array(Math.ceil(dispatch.scalars.length / 4) * 4)
  words.set(dispatch.scalars.map(({ value }) => value))
  const usage = BUFFER_USAGE.uniform | BUFFER_USAGE.copyDst
  const buffer = device.createBuffer({ label: `${dispatch.entryPoint} scalars`, size: words.byteLength, usage })
  device.queue.writeBuffer(buffer, 0, words)
  return buffer
}

import type { Plan } from '@tilewright/kernels'
import type { Failure } from '@tilewright/tuner'
import { compile } from './compile.ts'
import { isFailure, type Session } from './session.ts'
import type { Storage } from './storage.ts'

const THREADS = 64
const SOURCE = `
@group(0) @binding(0) var<storage, read_write> words: array<vec4<u32>>;

@compute @workgroup_size(${THREADS})
fn zero(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  for (var i = id.x; i < arrayLength(&words); i += groups.x * ${THREADS}u) {
    words[i] = vec4<u32>();
  }
}
`

/**
 * Records dispatches that zero what a plan wants zeroed. Copies and clears are not possible inside a pass, and a timed pass
 * holds many executions of a plan; the zeroing is part of the time of such a plan.
 */
export type Zeroing = (pass: GPUComputePassEncoder, storage: Storage) => void

export async function zeroingOf(session: Session, plan: Plan): Promise<Zeroing | Failure> {
  const names = plan.buffers.filter(({ role }) => role === 'zeroed').map(({ name }) => name)
  if (names.length === 0) return () => {}
  const compiled = await compile(session, SOURCE, ['zero'])
  if (isFailure(compiled)) return compiled
  const pipeline = await compiled.pipeline('zero')
  if (isFailure(pipeline)) return pipeline
  const { device } = session
  const most = device.limits.maxComputeWorkgroupsPerDimension
  const groups = new Map<GPUBuffer, GPUBindGroup>()
  return (pass, storage) => {
    pass.setPipeline(pipeline)
    for (const name of names) {
      const buffer = storage.get(name)!
      const entries = [{ binding: 0, resource: { buffer } }]
      const group = groups.get(buffer) ?? device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries })
      groups.set(buffer, group)
      pass.setBindGroup(0, group)
      pass.dispatchWorkgroups(Math.min(most, Math.ceil(buffer.size / 16 / THREADS)))
    }
  }
}

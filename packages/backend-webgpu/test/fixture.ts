import type { Kernel } from '@tilewright/codegen'
import { elementCount, type Dispatch, type Plan, type PlanBuffer } from '@tilewright/kernels'
import { listAdapters } from '../src/node/index.ts'

export { nodeGpu } from '../src/node/index.ts'

/** The kernel that a test writes by hand; what says what it was made from is of no interest to a backend. */
export function kernelOf(source: string, plan: Plan): Kernel {
  return {
    kernel: 'scan',
    pass: 'forward',
    target: 'wgsl',
    problem: { cell: 'linear', dtype: 'f32', batch: 1, time: 1, heads: 1, headDim: 1 },
    config: {},
    entryPoint: plan.dispatches[0]!.entryPoint,
    source,
    plan,
    sha256: '',
  }
}

export function buffer(
  role: PlanBuffer['role'],
  name: string,
  length: number,
  dtype: PlanBuffer['dtype'] = 'f32',
): PlanBuffer {
  return { role, name, dtype, shape: [length] }
}

export function dispatch(entryPoint: string, options: Partial<Dispatch> = {}): Dispatch {
  return {
    entryPoint,
    grid: [1, 1, 1],
    block: [64, 1, 1],
    sharedBytes: 0,
    cooperative: false,
    buffers: [],
    scalars: [],
    ...options,
  }
}

/** `sum[i] = left[i] + right[i]` for the first COUNT elements. */
export function addition(length: number, count: number = length): Kernel {
  const source = `
struct Sizes { COUNT: i32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> left: array<f32>;
@group(0) @binding(2) var<storage, read> right: array<f32>;
@group(0) @binding(3) var<storage, read_write> sum: array<f32>;
@compute @workgroup_size(64)
fn add(@builtin(global_invocation_id) id: vec3<u32>) {
  if (i32(id.x) < sizes.COUNT) { sum[id.x] = left[id.x] + right[id.x]; }
}`
  const buffers = [buffer('input', 'left', length), buffer('input', 'right', length), buffer('output', 'sum', length)]
  const launch = dispatch('add', {
    grid: [Math.ceil(count / 64), 1, 1],
    buffers: buffers.map(({ name }) => name),
    scalars: [{ name: 'COUNT', value: count }],
  })
  return kernelOf(source, { buffers, dispatches: [launch] })
}

/** Ones for every input of a plan. */
export function ones(plan: Plan): Record<string, Float32Array> {
  const inputs = plan.buffers.filter(({ role }) => role === 'input')
  return Object.fromEntries(inputs.map((input) => [input.name, new Float32Array(elementCount(input)).fill(1)]))
}

/**
 * Whether tests that compute can run: there is an adapter. Without one it says so on stderr, and throws where `CI` is set,
 * because there a driver that is missing must not look like success.
 */
export async function hasAdapter(): Promise<boolean> {
  const present = (await listAdapters()).length > 0
  const text = 'no WebGPU adapter: tests that compute did not run; node scripts/vulkan.mjs fetches a driver'
  if (!present && process.env['CI']) throw new Error(text)
  if (!present) process.stderr.write(`backend-webgpu: ${text}\n`)
  return present
}

// Kernels that copy one buffer to another, 16 bytes by each thread: what a device's memory gives at most.

const THREADS = 256

const WGSL = `@group(0) @binding(1) var<storage, read> source: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> to: array<vec4<u32>>;

@compute @workgroup_size(${THREADS})
fn copy(@builtin(global_invocation_id) id: vec3<u32>) {
  to[id.x] = source[id.x];
}
`

const CUDA = `extern "C" __global__ void copy(const uint4* __restrict__ from, uint4* __restrict__ to) {
  const size_t i = (size_t)blockIdx.x * ${THREADS} + threadIdx.x;
  to[i] = from[i];
}
`

// Memory may move zeros faster than it moves data.
function noise(length) {
  const values = new Float32Array(length)
  const drawn = Math.min(length, 1 << 20)
  for (let i = 0; i < drawn; i++) values[i] = Math.random()
  for (let at = drawn; at < length; at += drawn) values.copyWithin(at, 0, Math.min(drawn, length - at))
  return values
}

/** A copy that moves about so many bytes in all; its plan says how many. */
export function copyKernel(target, bytes) {
  const blocks = Math.max(1, Math.min(65535, Math.round(bytes / 2 / 16 / THREADS)))
  const shape = [blocks * THREADS * 4]
  const plan = {
    buffers: [
      { name: 'from', role: 'input', dtype: 'f32', shape },
      { name: 'to', role: 'output', dtype: 'f32', shape },
    ],
    dispatches: [
      {
        entryPoint: 'copy',
        grid: [blocks, 1, 1],
        block: [THREADS, 1, 1],
        sharedBytes: 0,
        cooperative: false,
        buffers: ['from', 'to'],
        scalars: [],
      },
    ],
  }
  const source = target === 'cuda' ? CUDA : WGSL
  return { source, plan, entryPoint: 'copy', inputs: { from: noise(shape[0]) }, bytes: 8 * shape[0] }
}

// minGRU forward, [batch][time][channels], as one writes it by hand in WGSL: a thread walks time for its channels. What a
// generated kernel has to be measured against on a device that nobody has tuned for.

/** Hand-written loops for the problem, by how many channels a thread has; none where there are no such kernels. */
export function handKernels({ target }, problem, { buffers }) {
  const isPlain = !problem.layout && !problem.packed && !problem.resets && !problem.cuSeqlens && !problem.checkpoint
  if (target !== 'wgsl' || problem.cell !== 'mingru' || problem.dtype !== 'f32' || !isPlain) return []
  const channels = problem.heads * problem.headDim
  return [1, 4]
    .filter((width) => channels % width === 0)
    .flatMap((width) => [16, 64].map((threads) => handKernel(problem, buffers, { channels, width, threads })))
}

function handKernel({ batch, time }, buffers, { channels, width, threads }) {
  const lanes = (batch * channels) / width
  return {
    name: `by hand, ${width} channel${width > 1 ? 's' : ''}, ${threads} threads`,
    entryPoint: 'hand',
    source: sourceOf({ channels, width, threads, lanes }),
    plan: {
      buffers,
      dispatches: [
        {
          entryPoint: 'hand',
          grid: [Math.ceil(lanes / threads), 1, 1],
          block: [threads, 1, 1],
          sharedBytes: 0,
          cooperative: false,
          buffers: ['gate', 'hidden', 'h0', 'h', 'lastState'],
          scalars: [{ name: 'time', value: time }],
        },
      ],
    },
  }
}

function sourceOf({ channels, width, threads, lanes }) {
  const type = width === 1 ? 'f32' : `vec${width}<f32>`
  return `alias V = ${type};
struct Sizes { time: i32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> gate: array<V>;
@group(0) @binding(2) var<storage, read> hidden: array<V>;
@group(0) @binding(3) var<storage, read> h0: array<V>;
@group(0) @binding(4) var<storage, read_write> h: array<V>;
@group(0) @binding(5) var<storage, read_write> lastState: array<V>;

fn sigmoid(x: V) -> V {
  return 1.0 / (1.0 + exp(-x));
}

@compute @workgroup_size(${threads})
fn hand(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= ${lanes}u) { return; }
  let row = ${channels / width}u;
  var at = id.x / row * u32(sizes.time) * row + id.x % row;
  var state = h0[id.x];
  for (var t = 0; t < sizes.time; t++) {
    let z = sigmoid(gate[at]);
    let v = hidden[at];
    let g = select(sigmoid(v), v + 0.5, v >= V(0.0));
    state += z * (g - state);
    h[at] = state;
    at += row;
  }
  lastState[id.x] = state;
}
`
}

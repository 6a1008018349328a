import type { Kernel } from '@tilewright/codegen'
import type { Tensors } from '@tilewright/kernels'

/** Where each thread of a workgroup is: lane `slots[thread] % size` of subgroup `slots[thread] / size`. */
export interface Subgroups {
  readonly size: number
  readonly slots: readonly number[]
}

// In WGSL a module's own functions go before built-in ones of the same name. All calls are in control flow that is uniform
// for the workgroup, so barriers may stand in them. A lane that no thread is in gives what no kernel can use unseen.
const FUNCTIONS = `
const SLOTS = 2u * THREADS + 128u;
@group(0) @binding(1) var<storage, read> subgroupSlots: array<u32>;  // of each thread, after the size of a subgroup
var<workgroup> isHeld: array<bool, SLOTS>;
var<workgroup> numbers: array<u32, SLOTS>;
var<workgroup> values: array<Value, SLOTS>;
var<private> slot: u32;

fn enter_subgroup(thread: u32) -> u32 {
  slot = subgroupSlots[thread + 1u];
  isHeld[slot] = true;
  workgroupBarrier();
  return slot % subgroupSlots[0];
}

fn first_slot() -> u32 {
  return slot - slot % subgroupSlots[0];
}

fn subgroupAdd(number: u32) -> u32 {
  numbers[slot] = number;
  workgroupBarrier();
  var sum = 0u;
  for (var i = 0u; i < subgroupSlots[0]; i++) {
    sum += select(0u, numbers[first_slot() + i], isHeld[first_slot() + i]);
  }
  workgroupBarrier();
  return sum;
}

fn subgroupMin(number: u32) -> u32 {
  numbers[slot] = number;
  workgroupBarrier();
  var least = number;
  for (var i = 0u; i < subgroupSlots[0]; i++) {
    least = select(least, min(least, numbers[first_slot() + i]), isHeld[first_slot() + i]);
  }
  workgroupBarrier();
  return least;
}

fn subgroupShuffle(value: Value, lane: u32) -> Value {
  values[slot] = value;
  workgroupBarrier();
  var found = Value(1e30);
  if (lane < subgroupSlots[0] && isHeld[first_slot() + lane]) {
    found = values[first_slot() + lane];
  }
  workgroupBarrier();
  return found;
}

fn subgroupShuffleUp(value: Value, lanes: u32) -> Value {
  return subgroupShuffle(value, slot % subgroupSlots[0] - lanes);
}
`

/**
 * A kernel with subgroups as one without: what they do goes through workgroup memory, for subgroups of any size that hold
 * any threads. `inputsOf` adds to a kernel's inputs which. In the place of the state that it ends with, the kernel gives how
 * many time lanes exchanged by shuffles.
 */
export function emulated(kernel: Kernel): {
  readonly kernel: Kernel
  inputsOf(subgroups: Subgroups): Tensors
} {
  const { plan } = kernel
  const source = kernel.source
    .replace('enable subgroups;\n', '')
    .replace(/@binding\((\d+)\) var<storage/g, (_, index) => `@binding(${Number(index) + 1}) var<storage`)
    .replaceAll(
      / {2}@builtin\(subgroup_invocation_id\) lane: u32,\n\) \{/g,
      ') {\n  let lane = enter_subgroup(thread);',
    )
    .replace('[place.state] = carry;', '[place.state] = Value(f32(segment));')
  const slots = {
    name: 'subgroupSlots',
    role: 'input',
    dtype: 'u32',
    shape: [plan.dispatches[0]!.block[0] + 1],
  } as const
  return {
    kernel: {
      ...kernel,
      source: source + FUNCTIONS,
      plan: {
        buffers: [slots, ...plan.buffers],
        dispatches: plan.dispatches.map((dispatch) => ({ ...dispatch, buffers: [slots.name, ...dispatch.buffers] })),
      },
    },
    inputsOf: ({ size, slots: held }) => ({ subgroupSlots: Float32Array.from([size, ...held]) }),
  }
}

import type { Dtype } from './problem.ts'

/**
 * The launch as pure data: what to allocate, and what to launch in which order.
 *
 * The same rendered source serves every batch and time; the plan is what changes with them.
 */
export interface Plan {
  readonly buffers: readonly PlanBuffer[]
  readonly dispatches: readonly Dispatch[]
}

/**
 * A buffer in global memory, row-major, last axis fastest. It starts at a multiple of 16 bytes, since kernels read vectors of
 * up to that many, and no two buffers overlap.
 */
export interface PlanBuffer {
  readonly name: string
  /** Scratch is made by whoever runs the plan and may hold anything; so is what is zeroed, and holds zeros before every run. */
  readonly role: 'input' | 'output' | 'scratch' | 'zeroed'
  readonly dtype: Dtype | 'u32'
  readonly shape: readonly number[]
}

/** One launch. Dispatches of a plan run in order, each sees what the ones before it wrote. */
export interface Dispatch {
  readonly entryPoint: string
  readonly grid: readonly [number, number, number]
  readonly block: readonly [number, number, number]
  /** Dynamic shared memory in bytes (CUDA); 0 in WGSL, where the module fixes it. */
  readonly sharedBytes: number
  /** All blocks must be resident at once (CUDA cooperative launch). */
  readonly cooperative: boolean
  /**
   * Names of buffers, then 32-bit integers, in the kernel's order. CUDA: the kernel's parameters. WGSL: the scalars, if
   * there are any, are one uniform struct of i32 at `@group(0) @binding(0)`, and storage buffer i is `@binding(i + 1)`.
   * Dispatches of one module share its variables, so the buffers of one are the first buffers of the other.
   */
  readonly buffers: readonly string[]
  readonly scalars: readonly { readonly name: string; readonly value: number }[]
}

/** Elements of a buffer. */
export function elementCount(buffer: PlanBuffer): number {
  return buffer.shape.reduce((product, extent) => product * extent, 1)
}

import type { Configuration, KernelId, Plan, Problem } from '@tilewright/kernels'

/** A rendered kernel: its source, the plan to launch it, and what it was made from. */
export interface Kernel extends KernelId {
  readonly problem: Problem
  readonly config: Configuration
  /** Name of the source's main entry point; also the stem of its file name, such as `lstm_fused_forward_bf16_d768`. */
  readonly entryPoint: string
  readonly source: string
  readonly plan: Plan
  /** SHA-256 of the source below its header, hex. */
  readonly sha256: string
}

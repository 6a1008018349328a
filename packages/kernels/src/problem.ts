/** How a tensor is stored. Arithmetic on states and sums is float32 whatever the storage (cells: numerics). */
export type Dtype = 'f32' | 'bf16'

/** The language a kernel is rendered in. */
export type Target = 'cuda' | 'wgsl'

/** The direction in time. */
export type Pass = 'forward' | 'backward'

/** How a kernel is organised. */
export type FamilyName = 'recurrent-fused' | 'scan'

/** What is to be computed. For scan cells the channels are `heads × headDim`. */
export interface Problem {
  readonly cell: string
  readonly dtype: Dtype
  readonly batch: number
  /** Steps of the recurrence; never a duration. */
  readonly time: number
  readonly heads: number
  readonly headDim: number
}

/** One family × pass × target. */
export interface KernelId {
  readonly kernel: FamilyName
  readonly pass: Pass
  readonly target: Target
}

/** A value for each parameter of a kernel, in declaration order. */
export type Configuration = Readonly<Record<string, number>>

/** How a tensor is stored. Arithmetic on states and sums is float32 whatever the storage (cells: numerics). */
export type Dtype = 'f32' | 'bf16' | 'f16'

/** The language a kernel is rendered in. */
export type Target = 'cuda' | 'wgsl'

/** The direction in time. */
export type Pass = 'forward' | 'backward'

/** How a kernel is organised. */
export type FamilyName = 'recurrent-fused' | 'scan'

/** The order of the axes of a scan's tensors over time: batch, time and channels (d), the last one contiguous. */
export type Layout = 'btd' | 'tbd' | 'bdt'

/** What is to be computed. For scan cells the channels are `heads × headDim`; the last five are theirs alone. */
export interface Problem {
  readonly cell: string
  readonly dtype: Dtype
  readonly batch: number
  /** Steps of the recurrence; never a duration. */
  readonly time: number
  readonly heads: number
  readonly headDim: number
  /** btd where it is not said. */
  readonly layout?: Layout
  /** The inputs are one tensor `packed`, side by side along the channels, in this order. */
  readonly packed?: readonly string[]
  /** A mask marks steps before which the state is zero. */
  readonly resets?: boolean
  /**
   * Sequences of lengths of their own, one after the other without padding: tensors over time are [time, channels], time
   * counts the steps of all of them, and `cuSeqlens` says where each starts.
   */
  readonly cuSeqlens?: boolean
  /**
   * The forward pass leaves the state before every so many steps, counted from the last one, and the backward pass
   * computes the others again instead of reading h: a power of two from 2 to 16. A cell with an output then gives no h.
   */
  readonly checkpoint?: number
}

/** One family × pass × target. */
export interface KernelId {
  readonly kernel: FamilyName
  readonly pass: Pass
  readonly target: Target
}

/** A value for each parameter of a kernel, in declaration order. */
export type Configuration = Readonly<Record<string, number>>

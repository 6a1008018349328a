import type { Dtype } from './problem.ts'

/** A public tensor of a kernel, row-major, last axis fastest. */
export interface TensorSpec {
  readonly name: string
  /** Masks and positions are u32. */
  readonly dtype: Dtype | 'u32'
  readonly shape: readonly number[]
  /** One letter for each axis: b, t, n, d, s (state), g (gate), p (unit of the state before), c (channel), k (checkpoint), r (checkpoint, of whatever sequence), e (end of a sequence). */
  readonly axes: string
  /** Of a state over time: the tensor that holds it before the first step. */
  readonly before?: string
}

/** The public tensors of a kernel. */
export interface PassTensors {
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
}

/** Whether a tensor has values of each step. A scan stores these in the problem's type (resets apart), no others. */
export function isOverTime({ axes }: TensorSpec): boolean {
  return axes.includes('t')
}

/** Where element `index` of a tensor lies: `s=0 b=0 t=7 n=0 d=513`. */
export function placeOf(tensor: TensorSpec, index: number): string {
  const coordinates: string[] = []
  for (let axis = tensor.shape.length - 1, rest = index; axis >= 0; axis--) {
    const extent = tensor.shape[axis]!
    coordinates.unshift(`${tensor.axes[axis]}=${rest % extent}`)
    rest = Math.floor(rest / extent)
  }
  return coordinates.join(' ')
}

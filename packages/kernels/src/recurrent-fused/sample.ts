import type { Problem } from '../problem.ts'
import { normal, sixteenth, type Random } from '../random.ts'
import type { TensorSpec } from '../tensor.ts'

/** Projections are standard normal, R has the spread 1/√D of an initialised layer, biases are small. */
export function recurrentDrawer({ headDim }: Problem, { name }: TensorSpec, random: Random): () => number {
  switch (name) {
    case 'R':
      return () => normal(random) / Math.sqrt(headDim)
    case 'b':
      return () => 0.1 * normal(random)
    case 'initialStates':
      return () => sixteenth(random)
    default:
      return () => normal(random)
  }
}

import type { Tensors } from './dtype.ts'
import { family, familyOf } from './families.ts'
import type { Exact } from './family.ts'
import type { Pass, Problem } from './problem.ts'
import type { PassTensors } from './tensor.ts'

/**
 * The public tensors of one pass of a problem. States that a caller hands in or carries on, and their gradients, are
 * float32 whatever the dtype: a state rounded to 16 bits is not the one that the next step used (cells: numerics).
 *
 * The backward pass takes what the forward pass took and gave, and the gradients of what it gave; `dx` is the gradient
 * of x. Throws `TypeError` for a pass that its family has no tensors of.
 */
export function tensorsOf(problem: Problem, pass: Pass): PassTensors {
  return family(familyOf(problem.cell)).tensors(problem, pass)
}

/** The float64 oracle: every output of one pass of the problem on these inputs, by the cell's interpreter. */
export function reference(problem: Problem, pass: Pass, inputs: Tensors): Exact {
  const exact = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, Float64Array.from(values)]))
  return family(familyOf(problem.cell)).reference(problem, pass, exact)
}

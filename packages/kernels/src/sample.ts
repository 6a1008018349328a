import { roundTo, type Tensors } from './dtype.ts'
import { family, familyOf } from './families.ts'
import { reference, tensorsOf } from './pass.ts'
import type { Pass, Problem } from './problem.ts'
import { uniform, type Random } from './random.ts'
import type { TensorSpec } from './tensor.ts'

/**
 * Inputs of realistic scale from a seed, already rounded to the storage type, drawn by the family of the problem's cell;
 * what a forward pass gives is what it gives for these inputs.
 */
export function sampleInputs(problem: Problem, pass: Pass, seed: number): Tensors {
  const random = uniform(seed)
  const forward = tensorsOf(problem, 'forward')
  const given = Object.fromEntries(forward.inputs.map((tensor) => [tensor.name, drawn(problem, tensor, random)]))
  return pass === 'forward' ? given : withGradients(problem, withOutputs(problem, given), random)
}

/** The inputs of a forward pass, and its outputs rounded as they are stored. */
export function withOutputs(problem: Problem, inputs: Tensors): Tensors {
  const exact = reference(problem, 'forward', inputs)
  const stored = tensorsOf(problem, 'forward').outputs.map(({ name, dtype }) => [name, roundTo(dtype, exact[name]!)])
  return { ...inputs, ...Object.fromEntries(stored) }
}

function withGradients(problem: Problem, known: Tensors, random: Random): Tensors {
  return Object.fromEntries(
    tensorsOf(problem, 'backward').inputs.map((tensor) => {
      const values = known[tensor.name]
      return [tensor.name, values ?? drawn(problem, tensor, random)]
    }),
  )
}

function drawn(problem: Problem, tensor: TensorSpec, random: Random): Float32Array {
  const draw = family(familyOf(problem.cell)).drawer(problem, tensor, random)
  const length = tensor.shape.reduce((a, b) => a * b, 1)
  return roundTo(
    tensor.dtype,
    Float64Array.from({ length }, (_, index) => draw(index)),
  )
}

import { cell as findCell, type ScanCell } from '@tilewright/cells'
import { roundTo, type Tensors } from './dtype.ts'
import type { Pass, Problem } from './problem.ts'
import { reference } from './reference.ts'
import { tensorsOf, type TensorSpec } from './tensor.ts'

/**
 * Inputs of realistic scale from a seed, already rounded to the storage type: projections, gates and gradients are
 * standard normal, R has the spread 1/√D of an initialised layer, coefficients of a linear recurrence lie in (0, 1) where an input
 * gives them or their logarithm, and
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

function withGradients(problem: Problem, known: Tensors, random: () => number): Tensors {
  return Object.fromEntries(
    tensorsOf(problem, 'backward').inputs.map((tensor) => {
      const values = known[tensor.name]
      return [tensor.name, values ?? drawn(problem, tensor, random)]
    }),
  )
}

function drawn(problem: Problem, tensor: TensorSpec, random: () => number): Float32Array {
  if (tensor.name === 'cuSeqlens') return drawnStarts(problem, random)
  const draw = drawerOf(problem, tensor, random)
  return roundTo(tensor.dtype, Float64Array.from({ length: tensor.shape.reduce((a, b) => a * b, 1) }, draw))
}

/** Sequences of any lengths, some of them perhaps none. */
function drawnStarts({ batch, time }: Problem, random: () => number): Float32Array {
  const cuts = Float32Array.from({ length: batch - 1 }, () => Math.floor(random() * (time + 1))).sort()
  return Float32Array.of(0, ...cuts, time)
}

function drawerOf(problem: Problem, tensor: TensorSpec, random: () => number): () => number {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  if (tensor.name === 'R') return () => normal() / Math.sqrt(problem.headDim)
  if (tensor.name === 'b') return () => 0.1 * normal()
  // A bf16 holds these exactly, so that they are the same where they stand among states that are stored in it.
  if (tensor.name === 'h0' || tensor.name === 'initialStates') return () => (1 + Math.floor(random() * 16)) / 16
  // Often enough for several in a chunk of time, seldom enough for chunks without.
  if (tensor.name === 'resets') return () => Number(random() < 1 / 16)
  // A coefficient that is an input itself, or its logarithm, must contract, or the state grows without bound. All columns
  // of packed inputs are then drawn so.
  const cell = findCell(problem.cell)
  const contracting = cell.kind === 'scan' ? contractingInput(cell, random) : undefined
  if (!contracting) return normal
  const isIt =
    tensor.name === contracting.name || (tensor.name === 'packed' && problem.packed?.includes(contracting.name))
  return isIt ? contracting.draw : normal
}

/** The input that is a, or of which a is the exponential, and numbers for it that put a in (0, 1). */
function contractingInput(
  { a }: ScanCell,
  random: () => number,
): { readonly name: string; draw(): number } | undefined {
  if (a.op === 'leaf') return { name: a.leaf.name, draw: random }
  if (a.op === 'exp' && a.args[0].op === 'leaf')
    return { name: a.args[0].leaf.name, draw: () => Math.log(1 - random()) }
  return undefined
}

/** Uniform numbers in [0, 1) by mulberry32, a public-domain 32-bit generator: the same seed, the same inputs, anywhere. */
function uniform(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

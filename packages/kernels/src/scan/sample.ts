import type { Problem } from '../problem.ts'
import { normal, sixteenth, type Random } from '../random.ts'
import type { TensorSpec } from '../tensor.ts'
import { scanCell } from './cell.ts'

/**
 * Gates and gradients are standard normal; coefficients lie in (0, 1) where an input gives them or their logarithm.
 */
export function scanDrawer(problem: Problem, { name }: TensorSpec, random: Random): (index: number) => number {
  switch (name) {
    case 'cuSeqlens': {
      const starts = drawnStarts(problem, random)
      return (index) => starts[index]!
    }
    case 'h0':
      // The same where it stands among states that are stored in 16 bits.
      return () => sixteenth(random)
    case 'resets':
      // Often enough for several in a chunk of time, seldom enough for chunks without.
      return () => Number(random() < 1 / 16)
    case 'b':
      // Where it is an input itself, a state sums many of them.
      return () => 0.1 * normal(random)
  }
  const contracting = contractingInput(problem, random)
  const holds = name === 'packed' ? problem.packed! : [name]
  return contracting && holds.includes(contracting.name) ? contracting.draw : () => normal(random)
}

/** Sequences of any lengths, some of them perhaps none. */
function drawnStarts({ batch, time }: Problem, random: Random): Float32Array {
  const cuts = Float32Array.from({ length: batch - 1 }, () => Math.floor(random() * (time + 1))).sort()
  return Float32Array.of(0, ...cuts, time)
}

/**
 * The input that is a, or of which a is the exponential, and numbers for it that put a in (0, 1): a coefficient that does
 * not contract lets the state grow without bound. All columns of packed inputs are drawn like it.
 */
function contractingInput(
  problem: Problem,
  random: Random,
): { readonly name: string; readonly draw: Random } | undefined {
  const { a } = scanCell(problem)
  if (a.op === 'leaf') return { name: a.leaf.name, draw: random }
  if (a.op === 'exp' && a.args[0].op === 'leaf')
    return { name: a.args[0].leaf.name, draw: () => Math.log(1 - random()) }
  return undefined
}

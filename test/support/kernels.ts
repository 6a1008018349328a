import { generate, type Kernel } from '@tilewright/codegen'
import type { Device } from '@tilewright/devices'
import {
  familyOf,
  problemText,
  spaceOf,
  type Configuration,
  type KernelId,
  type Problem,
  type Target,
} from '@tilewright/kernels'
import { best, sample } from '@tilewright/solver'

/** Fixed, so that a failure is the same failure tomorrow; named in every message. */
export const SEED = 20261123

export function kernelId(problem: Problem, target: Target): KernelId {
  return { kernel: familyOf(problem.cell), pass: 'forward', target }
}

/** The model's best configuration and `count` others drawn uniformly. */
export function configurations(problem: Problem, device: Device, count: number): readonly Configuration[] {
  const space = spaceOf(kernelId(problem, device.api === 'cuda' ? 'cuda' : 'wgsl'), problem, device)
  const [first] = best(space, 1)
  // Without this a size that the rules refuse would pass every test that walks its configurations.
  if (!first) throw new Error(`no configuration fits ${problemText(problem)} on ${device.name}`)
  return [first.configuration, ...sample(space, count, SEED)]
}

export function rendered(problem: Problem, device: Device, config: Configuration): Kernel {
  return generate({ ...kernelId(problem, device.api === 'cuda' ? 'cuda' : 'wgsl'), problem, config, device })
}

// Sizes that no tile divides, one and non-square ones: where padding and tails are.
const ODD: readonly Omit<Problem, 'dtype'>[] = [
  { cell: 'lstm', batch: 3, time: 7, heads: 1, headDim: 37 },
  { cell: 'gru', batch: 5, time: 4, heads: 3, headDim: 24 },
  { cell: 'elman', batch: 1, time: 1, heads: 1, headDim: 1 },
  { cell: 'slstm', batch: 2, time: 5, heads: 2, headDim: 20 },
  { cell: 'lstm', batch: 17, time: 3, heads: 2, headDim: 64 },
  { cell: 'mingru', batch: 3, time: 101, heads: 1, headDim: 100 },
  { cell: 'minlstm', batch: 2, time: 31, heads: 2, headDim: 5 },
  { cell: 'linear', batch: 1, time: 1, heads: 1, headDim: 1 },
  { cell: 'linear', batch: 2, time: 64, heads: 1, headDim: 64 },
]

export function oddProblems(dtype: Problem['dtype']): readonly Problem[] {
  return ODD.map((problem) => ({ ...problem, dtype }))
}

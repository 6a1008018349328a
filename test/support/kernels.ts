import { generate, type Kernel } from '@tilewright/codegen'
import type { Device } from '@tilewright/devices'
import {
  familyOf,
  problemText,
  spaceOf,
  type Configuration,
  type KernelId,
  type Pass,
  type Problem,
  type Target,
} from '@tilewright/kernels'
import { best, sample } from '@tilewright/solver'

/** Fixed, so that a failure is the same failure tomorrow; named in every message. */
export const SEED = 20261123

/** A problem, and the pass of it that is tested; forward where it is not said. */
export interface Case extends Problem {
  readonly pass?: Pass
}

export function kernelId({ cell, pass = 'forward' }: Case, target: Target): KernelId {
  return { kernel: familyOf(cell), pass, target }
}

export function problemOf(each: Case): Problem {
  const { pass, ...problem } = each
  return pass ? problem : each
}

/** The model's best configuration and `count` others drawn uniformly. */
export function configurations(each: Case, device: Device, count: number): readonly Configuration[] {
  const problem = problemOf(each)
  const space = spaceOf(kernelId(each, device.api === 'cuda' ? 'cuda' : 'wgsl'), problem, device)
  const [first] = best(space, 1)
  // Without this a size that the rules refuse would pass every test that walks its configurations.
  if (!first) throw new Error(`no configuration fits ${problemText(problem)} on ${device.name}`)
  return [first.configuration, ...sample(space, count, SEED)]
}

export function rendered(each: Case, device: Device, config: Configuration): Kernel {
  const problem = problemOf(each)
  return generate({ ...kernelId(each, device.api === 'cuda' ? 'cuda' : 'wgsl'), problem, config, device })
}

// Sizes that no tile divides, one and non-square ones: where padding and tails are.
const ODD: readonly Omit<Case, 'dtype'>[] = [
  { cell: 'lstm', batch: 3, time: 7, heads: 1, headDim: 37 },
  { cell: 'gru', batch: 5, time: 4, heads: 3, headDim: 24 },
  { cell: 'elman', batch: 1, time: 1, heads: 1, headDim: 1 },
  { cell: 'slstm', batch: 2, time: 5, heads: 2, headDim: 20 },
  { cell: 'lstm', batch: 17, time: 3, heads: 2, headDim: 64 },
  { cell: 'mingru', batch: 3, time: 101, heads: 1, headDim: 100 },
  { cell: 'minlstm', batch: 2, time: 31, heads: 2, headDim: 5 },
  { cell: 'linear', batch: 1, time: 1, heads: 1, headDim: 1 },
  { cell: 'linear', batch: 2, time: 64, heads: 1, headDim: 64 },
  { cell: 'sru', batch: 2, time: 33, heads: 1, headDim: 20 },
  { cell: 'hgrn', batch: 1, time: 12, heads: 1, headDim: 7 },
]

/** Forward, and where there is such a kernel backward too. */
export function oddCases(dtype: Problem['dtype']): readonly (Case & { readonly pass: Pass })[] {
  const backward = ODD.filter(({ cell }) => familyOf(cell) === 'scan')
  return [
    ...ODD.map((problem) => ({ ...problem, dtype, pass: 'forward' as const })),
    ...backward.map((problem) => ({ ...problem, dtype, pass: 'backward' as const })),
  ]
}

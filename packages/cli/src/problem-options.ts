import { cell as findCell, cellNames } from '@tilewright/cells'
import type { Device } from '@tilewright/devices'
import {
  checkKernel,
  familyNames,
  familyOf,
  type Dtype,
  type FamilyName,
  type KernelId,
  type Layout,
  type Pass,
  type Problem,
} from '@tilewright/kernels'
import type { Command } from 'commander'
import { usage } from './exit-code.ts'
import { countOf } from './option-value.ts'

/** What commander hands over for the problem flags: texts, where given. */
export interface ProblemOptions {
  readonly cell?: string
  readonly batch?: string
  readonly time?: string
  readonly heads?: string
  readonly headDim?: string
  readonly dtype?: string
  readonly layout?: string
  readonly packed?: string
  readonly resets?: boolean
  readonly cuSeqlens?: boolean
  readonly checkpoint?: string
  readonly kernel?: string
  readonly pass?: string
}

/** Adds the flags that name a problem and a kernel. */
export function withProblem(command: Command): Command {
  return command
    .option('--cell <name>', `one of ${cellNames().join(', ')}`)
    .option('--batch <count>', 'sequences side by side (default 16)')
    .option('--time <steps>', 'steps of the recurrence (default 1024)')
    .option('--heads <count>', 'heads, each with its own recurrent matrix (default 1)')
    .option('--head-dim <count>', 'units of a head; a scan has heads × head-dim channels (default 256)')
    .option('--dtype <type>', 'how tensors are stored: f32, bf16 or f16 (default f32)')
    .option('--layout <axes>', 'of a scan: btd (default), tbd or bdt, the last axis contiguous')
    .option('--packed <inputs>', 'of a scan: its inputs are columns of one tensor, in this order: hidden,gate')
    .option('--resets', 'of a scan: a mask marks steps that forget the state')
    .option('--cu-seqlens', 'of a scan: sequences of their own lengths, --time steps in all')
    .option(
      '--checkpoint <steps>',
      'of a scan: keep the state every so many steps of a sequence instead of h for the backward pass',
    )
    .option('--kernel <family>', 'recurrent-fused or scan (default: what the cell needs)')
    .option('--pass <pass>', 'forward (default) or backward')
}

const DTYPE_WORDS: Readonly<Record<string, Dtype>> = {
  f32: 'f32',
  fp32: 'f32',
  float32: 'f32',
  bf16: 'bf16',
  bfloat16: 'bf16',
  f16: 'f16',
  fp16: 'f16',
  float16: 'f16',
}

/** The problem that the flags name; sizes left out are common ones. */
export function problemOf(options: ProblemOptions): Problem {
  if (options.cell === undefined) throw usage('--cell: no cell named; try --cell lstm or --cell mingru')
  findCell(options.cell)
  const dtype = DTYPE_WORDS[options.dtype ?? 'f32']
  if (!dtype) throw usage(`--dtype: no type named ${options.dtype}; there are f32, bf16 and f16`)
  return {
    cell: options.cell,
    dtype,
    batch: countOf('--batch', options.batch ?? '16'),
    time: countOf('--time', options.time ?? '1024'),
    heads: countOf('--heads', options.heads ?? '1'),
    headDim: countOf('--head-dim', options.headDim ?? '256'),
    ...flagsOf(options),
  }
}

const LAYOUTS: readonly Layout[] = ['btd', 'tbd', 'bdt']

/** What a scan may be asked for beyond its sizes; checked against the cell with the kernel. */
function flagsOf({ layout, packed, resets, cuSeqlens, checkpoint }: ProblemOptions): Partial<Problem> {
  const known = LAYOUTS.find((name) => name === layout)
  if (layout !== undefined && !known) throw usage(`--layout: there is no ${layout}; there are ${LAYOUTS.join(', ')}`)
  return {
    ...(known && { layout: known }),
    ...(packed !== undefined && { packed: packed.split(',').map((name) => name.trim()) }),
    ...(resets && { resets }),
    ...(cuSeqlens && { cuSeqlens }),
    ...(checkpoint !== undefined && { checkpoint: countOf('--checkpoint', checkpoint) }),
  }
}

/** The kernel that the flags and the device name, checked against the problem. */
export function kernelOf(options: ProblemOptions, problem: Problem, device: Device): KernelId {
  const id: KernelId = {
    kernel: familyNamed(options) ?? familyOf(problem.cell),
    pass: passOf(options) ?? 'forward',
    target: device.api === 'cuda' ? 'cuda' : 'wgsl',
  }
  checkKernel(id, problem)
  return id
}

/** The family that was asked for, if any. */
export function familyNamed({ kernel }: ProblemOptions): FamilyName | undefined {
  const family = familyNames().find((name) => name === kernel)
  if (kernel !== undefined && !family)
    throw usage(`--kernel: no family named ${kernel}; there are ${familyNames().join(' and ')}`)
  return family
}

/** The pass that was asked for, if any. */
export function passOf({ pass }: ProblemOptions): Pass | undefined {
  if (pass === undefined || pass === 'forward' || pass === 'backward') return pass
  throw usage(`--pass: ${pass} is not a pass; there are forward and backward`)
}

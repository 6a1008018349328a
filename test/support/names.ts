import {
  add,
  input,
  mul,
  named,
  preactivation,
  registerCell,
  sigmoid,
  state,
  tanh,
  weight,
  type Expr,
} from '@tilewright/cells'
import { generate, type GenerateRequest, type Kernel } from '@tilewright/codegen'
import { checkKernel, KernelError, type Configuration, type Pass, type Problem, type Target } from '@tilewright/kernels'
import { kernelId } from './kernels.ts'

/** A kernel with a place for the name of a cell: its flags and configuration. */
export interface Variant {
  readonly pass: Pass
  readonly flags?: Partial<Problem>
  readonly config: Configuration
}

const cuda = { CHANNEL_LANES: 32, TIME_LANES: 2, ITEMS: 4, VECTOR: 1, PARTS: 1, LOOK_BACK: 0, PREFETCH: 0 }
const wgsl = { CHANNEL_LANES: 32, TIME_LANES: 2, ITEMS: 4, VECTOR: 1, PARTS: 1, SUBGROUPS: 0 }
const PASSES = ['forward', 'backward'] as const

/** Scans that have nearly every line of their templates between them. */
export const VARIANTS: Readonly<Record<Target, readonly Variant[]>> = {
  cuda: PASSES.flatMap((pass) => [
    { pass, config: { ...cuda, LOOK_BACK: 1, ITEMS: 1 } },
    { pass, config: { ...cuda, PARTS: 2, ITEMS: 2 }, flags: { cuSeqlens: true, checkpoint: 2, resets: true } },
  ]),
  wgsl: PASSES.flatMap((pass) => [
    { pass, config: { ...wgsl, SUBGROUPS: 1, PARTS: 2 } },
    { pass, config: { ...wgsl, PARTS: 2, VECTOR: 2 }, flags: { cuSeqlens: true, checkpoint: 2, resets: true } },
    { pass, config: { ...wgsl, TIME_LANES: 1, VECTOR: 2 }, flags: { layout: 'bdt', resets: true } },
  ]),
}

const FUSED: Readonly<Record<Target, Configuration>> = {
  cuda: {
    ROW_TILES: 1,
    WARPS_ROWS: 1,
    WARPS_K: 1,
    CACHED_K_TILES: 1,
    BATCH_TILES: 1,
    BATCH_BLOCKS: 1,
    HEADS_PER_LAUNCH: 1,
    BLOCKS_PER_SM: 1,
  },
  wgsl: { UNIT_LANES: 8, K_LANES: 2, BLOCK_BATCH: 2, VECTOR: 1 },
}

// What no kernel here says, and a cell might.
const WORDS =
  `filter target set regardless partition get from do o and not xor linux unix NULL class auto lambda value key size count
  x dx y dy h dh t dt a b f g e exp expf select storage read function ptr y1 j0 step sign gate_t gateValues dgate`
    .split(/\s+/)
    .filter((word) => word !== '')

/** Words of the languages, and every identifier of a target's scans, and of a fused kernel, comments and strings apart. */
export function nastyNames(target: Target, family: 'scans' | 'all kernels' = 'scans'): readonly string[] {
  const kernels = [
    ...VARIANTS[target].flatMap((variant) => ['sru', 'rg-lru'].map((cell) => scan(cell, target, variant))),
    ...(family === 'scans' ? [] : [fused('lstm', target)]),
  ]
  const code = kernels.map(({ source }) => source.replace(/\/\/.*|"(?:[^"\\\n]|\\.)*"/g, '')).join('\n')
  const names = code.match(/(?<!\w)[A-Za-z]\w*/g) ?? []
  return [...new Set([...WORDS, ...names])].filter((name) => !/__|_d40|_d16/.test(name)).sort()
}

/** A kernel of a scan cell. */
export function scan(cell: string, target: Target, variant: Variant): Kernel {
  return generate(requestOf(cell, target, variant))
}

/** Whether a kernel of a scan cell is refused, which can only be for a name. */
export function isRefused(cell: string, target: Target, variant: Variant): boolean {
  const request = requestOf(cell, target, variant)
  try {
    checkKernel(request, request.problem)
    return false
  } catch (error) {
    if (error instanceof KernelError && error.code === 'E_KERNEL') return true
    throw error
  }
}

function requestOf(cell: string, target: Target, { pass, flags, config }: Variant): GenerateRequest {
  const problem: Problem = { cell, dtype: 'f32', batch: 2, time: 16, heads: 1, headDim: 40, ...flags }
  return { ...kernelId({ ...problem, pass }, target), problem, config }
}

/** The kernel of a fused cell. */
export function fused(cell: string, target: Target): Kernel {
  const problem: Problem = { cell, dtype: 'f32', batch: 2, time: 3, heads: 1, headDim: 16 }
  return generate({ ...kernelId(problem, target), problem, config: FUSED[target] })
}

let cells = 0

/** Registers a scan cell with these inputs and weights, of which its output reads the inputs; its name. */
export function scanWith(inputs: readonly string[], weights: readonly string[] = []): string {
  const name = `names-${++cells}`
  const sum = [...inputs.map(input), ...weights.map(weight)].reduce<Expr>((left, right) => add(left, right), tanh(0.5))
  const output = mul(
    inputs.map(input).reduce((left, right) => add(left, right)),
    state('h'),
  )
  registerCell({ kind: 'scan', name, inputs, weights, a: sigmoid(sum), b: sum, output })
  return name
}

/** Registers a scan and a fused cell that call values of a step so, all of them. */
export function cellsThatSay(names: readonly string[]): { readonly scan: string; readonly fused: string } {
  const chain = (start: Expr): Expr => names.reduce((value, name) => named(name, mul(value, start)), start)
  const scan = `names-${++cells}`
  const gated = chain(input('gate'))
  const output = mul(chain(input('hidden')), state('h'))
  registerCell({ kind: 'scan', name: scan, inputs: ['gate', 'hidden'], a: sigmoid(gated), b: gated, output })
  const fused = `names-${++cells}`
  registerCell({
    kind: 'recurrent',
    name: fused,
    states: ['h'],
    inputGates: ['g'],
    recurrentGates: ['g'],
    biasGates: ['g'],
    next: { h: chain(preactivation('g')) },
  })
  return { scan, fused }
}

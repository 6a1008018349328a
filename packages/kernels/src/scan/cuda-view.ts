import { bytesOf } from '../dtype.ts'
import type { KernelKind, NumberOf, TemplateView } from '../family.ts'
import type { PlanBuffer } from '../plan.ts'
import type { Problem } from '../problem.ts'
import { isOverTime } from '../tensor.ts'
import { scalarsOf, scanPlan, stepInputs } from './plan.ts'
import { shapeTexts } from './shape-text.ts'
import { channelsOf, isPerSequence, layoutOf, scanTensors } from './tensors.ts'

interface Parameter {
  readonly declaration: string
  readonly name: string
  readonly type: string
  readonly shape: string
}

const PACK_WORDS: Readonly<Record<number, string>> = { 2: 'unsigned short', 4: 'unsigned', 8: 'uint2', 16: 'uint4' }

/** What only the CUDA templates see. */
export function cudaView(problem: Problem, kernel: KernelKind, numberOf: NumberOf): TemplateView {
  const isPaired = bytesOf(problem.dtype) === 2 && numberOf('VECTOR') > 1
  // Of a series, the state before the first of a thread's steps is read by itself.
  const readsSingly = layoutOf(problem) === 'bdt' && kernel.pass === 'backward' && problem.checkpoint === undefined
  return {
    IS_BF16: problem.dtype === 'bf16',
    IS_F16: problem.dtype === 'f16',
    IS_PAIRED: isPaired,
    LOADS_VALUES: !isPaired || problem.dtype === 'f16' || readsSingly,
    STORES_VALUES: !isPaired,
    PACK_WORD: PACK_WORDS[bytesOf(problem.dtype) * numberOf('VECTOR')]!,
    PREFETCHES: numberOf('PREFETCH') === 1,
    IS_LOOK_BACK: numberOf('LOOK_BACK') === 1,
    ...idleLanes(problem, numberOf),
    ...cudaParameters(problem, kernel, numberOf),
  }
}

/** What threads without a channel do: they return at once, or stay for the barriers of their block. */
function idleLanes(problem: Problem, numberOf: NumberOf): TemplateView {
  const areThere = channelsOf(problem) % numberOf('BLOCK_CHANNELS') > 0
  const isParallel = numberOf('TIME_LANES') > 1
  const meet = isParallel || numberOf('LOOK_BACK') === 1
  return {
    KEEPS_IDLE_LANES: areThere && meet,
    RETURNS_IDLE_LANES: areThere && !meet,
    SOME_ARE_SILENT: isParallel || areThere,
  }
}

/** The parameters of a scan's CUDA kernels, in the order of the plan, and those that their functions hand on. */
function cudaParameters(problem: Problem, { pass }: KernelKind, numberOf: NumberOf): TemplateView {
  const { buffers, dispatches } = scanPlan(problem, pass, numberOf)
  const byName = new Map(buffers.map((buffer) => [buffer.name, buffer]))
  const { inputs, outputs } = scanTensors(problem, pass)
  const written = new Set(outputs.filter((tensor) => !isPerSequence(tensor)).map(({ name }) => name))
  const stored = new Set([...inputs, ...outputs].filter(isOverTime).map(({ name }) => name))
  const shapes = shapeTexts(problem, pass)
  const parametersOf = (names: readonly string[]): readonly Parameter[] =>
    names.map((name) => parameterOf(byName.get(name)!, stored.has(name), shapes[name]!))
  const scalars = scalarsOf(problem).map(({ name }) => ({ declaration: `int ${name}`, shape: SCALARS[name]! }))
  const steps = new Set(stepInputs(problem, pass).map(({ name }) => name))
  steps.delete('cuSeqlens')
  const main = parametersOf(dispatches.at(-1)!.buffers)
  return {
    PARAMETERS: [...main.map(plain), ...scalars],
    REDUCE_PARAMETERS: [...parametersOf(dispatches[0]!.buffers).map(plain), ...scalars],
    READ_TENSORS: main.filter(({ name }) => steps.has(name)).map(handedOn),
    WRITTEN_TENSORS: main.filter(({ name }) => written.has(name)).map(handedOn),
  }
}

const SCALARS: Readonly<Record<string, string>> = { time: 'steps', batch: 'sequences' }

const plain = ({ declaration, shape }: Parameter): Readonly<Record<string, string>> => ({ declaration, shape })
const handedOn = ({ name, type }: Parameter): Readonly<Record<string, string>> => ({ name, type })

function parameterOf({ name, role, dtype }: PlanBuffer, isStored: boolean, shape: string): Parameter {
  const isShared = role === 'scratch' || role === 'zeroed'
  const word = dtype === 'u32' ? 'unsigned' : isStored ? 'Storage' : 'float'
  const type = `${role === 'input' ? 'const ' : ''}${word}*${isShared ? '' : ' __restrict__'}`
  return { declaration: `${type} ${name}`, name, type, shape }
}

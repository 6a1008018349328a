import type { KernelKind, NumberOf, TemplateView } from '../family.ts'
import type { PlanBuffer } from '../plan.ts'
import type { Problem } from '../problem.ts'
import { isOverTime } from '../tensor.ts'
import { scalarsOf, scanPlan, stepInputs } from './plan.ts'
import { shapeTexts } from './shape-text.ts'
import { isPerSequence, scanTensors } from './tensors.ts'

interface Parameter {
  readonly declaration: string
  readonly name: string
  readonly type: string
  readonly shape: string
}

/** The parameters of a scan's CUDA kernels, in the order of the plan, and those that their functions hand on. */
export function cudaParameters(problem: Problem, { pass }: KernelKind, numberOf: NumberOf): TemplateView {
  const { buffers, dispatches } = scanPlan(problem, pass, numberOf)
  const byName = new Map(buffers.map((buffer) => [buffer.name, buffer]))
  const { inputs, outputs } = scanTensors(problem, pass)
  const written = new Set(outputs.filter((tensor) => !isPerSequence(tensor)).map(({ name }) => name))
  const stored = new Set([...inputs, ...outputs].filter(isOverTime).map(({ name }) => name))
  const shapes = shapeTexts(problem, pass)
  const parametersOf = (names: readonly string[]): readonly Parameter[] =>
    names.map((name) => parameterOf(byName.get(name)!, stored.has(name), shapes[name]!))
  const scalars = scalarsOf(problem).map(({ name }) => ({ declaration: `int ${name}`, shape: 'steps' }))
  const steps = new Set(stepInputs(problem, pass).map(({ name }) => name))
  steps.delete('cuSeqlens')
  const main = parametersOf(dispatches.at(-1)!.buffers)
  const all = [...main.map(plain), ...scalars]
  const reduced = [...parametersOf(dispatches[0]!.buffers).map(plain), ...scalars]
  return {
    PARAMETERS: all.slice(0, -1),
    LAST_PARAMETER: all.at(-1)!.declaration,
    REDUCE_PARAMETERS: reduced.slice(0, -1),
    LAST_REDUCE_PARAMETER: reduced.at(-1)!.declaration,
    READ_TENSORS: main.filter(({ name }) => steps.has(name)).map(handedOn),
    WRITTEN_TENSORS: main.filter(({ name }) => written.has(name)).map(handedOn),
  }
}

const plain = ({ declaration, shape }: Parameter): Readonly<Record<string, string>> => ({ declaration, shape })
const handedOn = ({ name, type }: Parameter): Readonly<Record<string, string>> => ({ name, type })

function parameterOf({ name, role, dtype }: PlanBuffer, isStored: boolean, shape: string): Parameter {
  const isShared = role === 'scratch'
  const word = dtype === 'u32' ? 'unsigned' : isStored ? 'Storage' : 'float'
  const type = `${role === 'input' ? 'const ' : ''}${word}*${isShared ? '' : ' __restrict__'}`
  return { declaration: `${type} ${name}`, name, type, shape }
}

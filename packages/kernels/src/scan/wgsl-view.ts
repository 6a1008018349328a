import type { KernelKind, NumberOf, TemplateView } from '../family.ts'
import type { Problem } from '../problem.ts'
import { isOverTime } from '../tensor.ts'
import { scalarsOf, scanPlan } from './plan.ts'
import { shapeTexts } from './shape-text.ts'
import { layoutOf, scanTensors } from './tensors.ts'

/** The types of a scan's WGSL kernels, and what they bind: scalars at 0, buffers from 1 on in the order of the plan. */
export function wgslView(problem: Problem, { pass }: KernelKind, numberOf: NumberOf): TemplateView {
  const { buffers, dispatches } = scanPlan(problem, pass, numberOf)
  const byName = new Map(buffers.map((buffer) => [buffer.name, buffer]))
  const { inputs, outputs } = scanTensors(problem, pass)
  const stored = new Set([...inputs, ...outputs].filter(isOverTime).map(({ name }) => name))
  const shapes = shapeTexts(problem, pass)
  const scalars = scalarsOf(problem).map(({ name }) => name)
  const vector = numberOf('VECTOR')
  const isSeries = layoutOf(problem) === 'bdt'
  return {
    IS_F16: problem.dtype === 'f16',
    USES_SUBGROUPS: numberOf('SUBGROUPS') === 1,
    STORAGE: problem.dtype,
    PACK: vectorOf(vector, 'Storage'),
    VALUE: vectorOf(isSeries ? 1 : vector, 'f32'),
    IS_VECTORISED: vector > 1,
    HAS_SCALARS: scalars.length > 0,
    SCALARS: scalars,
    BUFFERS: dispatches.at(-1)!.buffers.map((name, index) => ({
      binding: index + 1,
      access: byName.get(name)!.role === 'input' ? 'read' : 'read_write',
      name,
      element: byName.get(name)!.dtype === 'u32' ? 'u32' : stored.has(name) ? 'Pack' : 'Value',
      shape: shapes[name]!,
    })),
  }
}

const vectorOf = (width: number, type: string): string => (width > 1 ? `vec${width}<${type}>` : type)

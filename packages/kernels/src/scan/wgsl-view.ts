import type { KernelKind, NumberOf, TemplateView } from '../family.ts'
import type { Problem } from '../problem.ts'
import { scanPlan } from './plan.ts'
import { shapeTexts } from './shape-text.ts'

/** The storage buffers of a scan's WGSL kernel by binding. */
export function wgslBindings(problem: Problem, { pass }: KernelKind, numberOf: NumberOf): TemplateView {
  const { buffers, dispatches } = scanPlan(problem, pass, numberOf)
  const shapes = shapeTexts(problem, pass)
  const roles = new Map(buffers.map(({ name, role }) => [name, role]))
  const names = dispatches.at(-1)!.buffers
  const bound = names.map((name, index) => ({ name, index, shape: shapes[name]! }))
  return {
    IS_VECTORISED: numberOf('VECTOR') > 1,
    READ_BUFFERS: bound.filter(({ name }) => roles.get(name) === 'input'),
    WRITTEN_BUFFERS: bound.filter(({ name }) => roles.get(name) !== 'input'),
    SIZES_BINDING: names.length,
  }
}

import type { Device } from '@tilewright/devices'
import { spaceOf } from '@tilewright/kernels'
import type { Configuration, KernelId, Problem } from '@tilewright/kernels'
import { best, evaluate, explain, first } from '@tilewright/solver'
import type { Explanation as Explained, Space } from '@tilewright/solver'

/** Why nothing fits: the rules that clash, and what to change. */
export type Explanation = Extract<Explained, { status: 'infeasible' }>

/** The optimum of the cost model. Costs are whatever the rule file minimises: good for ratios within one space. */
export interface ModelOptimum {
  readonly status: 'solved'
  readonly config: Configuration
  readonly cost: number
  /** `Infinity` where the model has no cost for a configuration. */
  costOf(config: Configuration): number
}

/** The best configuration of a kernel's space under its cost model, or the reason why there is none. */
export function solveModel(
  id: KernelId,
  problem: Problem,
  device: Device,
): ModelOptimum | { readonly status: 'infeasible'; readonly explanation: Explanation } {
  const space = spaceOf(id, problem, device)
  const costOf = costIn(space)
  const [optimum] = best(space, 1)
  if (optimum !== undefined) return { status: 'solved', config: optimum.configuration, cost: optimum.objective, costOf }
  const explanation = explain(space)
  if (explanation.status === 'infeasible') return { status: 'infeasible', explanation }
  // Configurations without a cost are configurations all the same.
  const any = first(space)
  if (any.status === 'infeasible') throw new Error('the solver counts configurations and finds none')
  return { status: 'solved', config: any.configuration, cost: Infinity, costOf }
}

// The solver gives values of lets only, so the objective becomes one, under a name that no rule file can have.
function costIn(space: Space): (config: Configuration) => number {
  const { objective } = space
  if (objective === undefined) return () => Infinity
  const model = { ...space.model, lets: [...space.model.lets, { name: 'the cost', value: objective.value }] }
  return (config) => {
    try {
      return evaluate(model, { ...space.givens, ...config }, ['the cost'])['the cost']!
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'E_SPACE_DOMAIN') return Infinity
      throw cause
    }
  }
}

import { checkKernel } from './check.ts'
import { family } from './families.ts'
import type { NumberOf, TemplateView } from './family.ts'
import type { Plan } from './plan.ts'
import type { Configuration, KernelId, Problem } from './problem.ts'
import { derive, rulesOf } from './space.ts'

/** Name of the kernel's entry point; also the stem of its file name. */
export function entryPointOf(id: KernelId, problem: Problem): string {
  return family(id.kernel).entryPoint(problem, id.pass)
}

/** What the kernel's source depends on, in the words of `problemText`: `lstm, heads 1, head dim 768, bf16`. */
export function sourceText(id: KernelId, problem: Problem): string {
  return family(id.kernel).sourceText(problem)
}

/** The launch of one configuration on one problem. */
export function planOf(id: KernelId, problem: Problem, config: Configuration): Plan {
  checkKernel(id, problem)
  return family(id.kernel).plan(problem, id, numbers(id, problem, config))
}

/**
 * What the template of a kernel sees: of the parameters and lets those among `names`, and the family's own names.
 */
export function viewOf(id: KernelId, problem: Problem, config: Configuration, names: readonly string[]): TemplateView {
  checkKernel(id, problem)
  const own = family(id.kernel).view(problem, id, numbers(id, problem, config))
  const model = rulesOf(id)
  const known = new Set([...model.givens, ...model.params.map((p) => p.name), ...model.lets.map((l) => l.name)])
  return {
    ...derive(
      id,
      problem,
      config,
      names.filter((name) => known.has(name)),
    ),
    ...own,
  }
}

function numbers(id: KernelId, problem: Problem, config: Configuration): NumberOf {
  return (name) => derive(id, problem, config, [name])[name]!
}

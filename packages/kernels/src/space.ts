import { cell as findCell } from '@tilewright/cells'
import { limits, type Device } from '@tilewright/devices'
import { bind, evaluate, parse, type Model, type Space } from '@tilewright/solver'
import { spaces } from '@tilewright/templates/spaces'
import { checkKernel } from './check.ts'
import { family } from './families.ts'
import type { Configuration, KernelId, Problem } from './problem.ts'
import { hashOf } from './text.ts'

const models = new Map<string, Model>()

/** The rule file of a kernel, parsed; its text is a constant of this build. */
export function rulesOf(id: KernelId): Model {
  const key = keyOf(id)
  const known = models.get(key)
  if (known) return known
  const { text, file } = spaces[key]!
  const model = parse(text, { file })
  models.set(key, model)
  return model
}

/** SHA-256 of the rule file: two runs with the same hash searched the same rules. */
export function rulesHash(id: KernelId): string {
  return hashOf(spaces[keyOf(id)]!.text)
}

/** All configurations that the rules allow for a kernel, a problem and a device. Throws `E_KERNEL` or `E_PROBLEM`. */
export function spaceOf(id: KernelId, problem: Problem, device: Device): Space {
  checkKernel(id, problem)
  const model = rulesOf(id)
  const values = { ...problemGivens(id, problem), ...limits(device) }
  return bind(model, Object.fromEntries(model.givens.map((name) => [name, values[name]!])))
}

/**
 * Lets of the rule file for one configuration. Only lets that follow from problem and configuration can be asked for,
 * not those that need the device.
 */
export function derive(
  id: KernelId,
  problem: Problem,
  config: Configuration,
  names: readonly string[],
): Readonly<Record<string, number>> {
  return evaluate(rulesOf(id), { ...problemGivens(id, problem), ...config }, names)
}

/** The givens that follow from the problem alone. */
function problemGivens(id: KernelId, problem: Problem): Readonly<Record<string, number>> {
  const { givens } = rulesOf(id)
  const values = family(id.kernel).givens(problem, findCell(problem.cell))
  return Object.fromEntries(Object.entries(values).filter(([name]) => givens.includes(name)))
}

function keyOf(id: KernelId): string {
  return `${id.kernel}/${id.pass}.${id.target}`
}

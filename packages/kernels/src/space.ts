import { limits, type Device } from '@tilewright/devices'
import { bind, evaluate, parse, type Model, type Space } from '@tilewright/solver'
import { spaces } from '@tilewright/templates/spaces'
import { checkKernel } from './check.ts'
import { family } from './families.ts'
import type { Configuration, KernelId, Problem } from './problem.ts'
import { hashOf } from './text.ts'

/** A rule file and what it imports, read. */
interface Rules {
  readonly model: Model
  /** Every text that the model was read from. */
  readonly texts: readonly string[]
}

const known = new Map<string, Rules>()

/** The rule file of a kernel, parsed; its text is a constant of this build. */
export function rulesOf(id: KernelId): Model {
  return readRules(id).model
}

/** SHA-256 of the rule file and of what it imports: two runs with the same hash searched the same rules. */
export function rulesHash(id: KernelId): string {
  return hashOf(readRules(id).texts.join('\n'))
}

function readRules(id: KernelId): Rules {
  const key = `${id.kernel}/${id.pass}.${id.target}`
  const found = known.get(key)
  if (found) return found
  const { text, file } = spaces[key]!
  const texts = [text]
  const read = (path: string): string => {
    const imported = spaces[`${id.kernel}/${path.replace(/\.space$/, '')}`]
    if (!imported) throw new Error(`there is no such file in templates/${id.kernel}`)
    texts.push(imported.text)
    return imported.text
  }
  const rules = { model: parse(text, { file, read }), texts }
  known.set(key, rules)
  return rules
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
  const values = family(id.kernel).givens(problem)
  return Object.fromEntries(Object.entries(values).filter(([name]) => givens.includes(name)))
}

// The rule file of a kernel as the fit sees it: with constants of its choice, and with the register rule or without.
import { readFileSync } from 'node:fs'
import { bind, evaluate, parse } from '@tilewright/solver'
import { limits } from '@tilewright/devices'
import { spaceOf } from '@tilewright/kernels'

/** The rule that the fit is for, as every CUDA rule file words it. */
const RULE = 'NEED_REGISTERS <= REGISTERS'

const templates = new URL('../../../templates/', import.meta.url)

/** The rule file of a kernel, and the file of constants beside it. */
export const rulesFile = ({ kernel, pass, target }) => new URL(`${kernel}/${pass}.${target}.space`, templates)
export const constantsFile = ({ kernel, pass, target }) =>
  new URL(`${kernel}/${pass}.${target}.registers.space`, templates)

const textOf = (file) => readFileSync(file, 'utf8')

/** Reads what a kernel's rules import, with another text for the constants where one is given. */
const importer =
  (id, constants = textOf(constantsFile(id))) =>
  (path) => {
    const file = new URL(path, rulesFile(id))
    return file.href === constantsFile(id).href ? constants : textOf(file)
  }

/** Names of the constants that a kernel's rules import, in the order of the data file. */
export function constantsOf(id) {
  return parse(textOf(constantsFile(id))).lets.map(({ name }) => name)
}

/** The space of a problem on a device without the register rule, and with the rules of `extra` text. */
export function spaceWithoutRule(id, problem, device, extra = '') {
  const file = rulesFile(id).pathname
  const model = parse(`${textOf(rulesFile(id))}\n${extra}`, { file, read: importer(id) })
  const rules = model.rules.filter((rule) => rule.text !== RULE)
  if (rules.length === model.rules.length) throw new Error(`${file}: no rule says ${RULE}`)
  return bind({ ...model, rules }, spaceOf(id, problem, device).givens)
}

/**
 * The term of every constant for one configuration: what the formula of the rules gives when that constant is 1 and the
 * others are 0. The formula thus stands in the rule file alone.
 */
export function termReader(id) {
  const names = constantsOf(id)
  const text = textOf(rulesFile(id))
  const models = names.map((one) =>
    parse(text, {
      read: importer(id, names.map((name) => `let ${name} = ${name === one ? 1 : 0}`).join('\n')),
    }),
  )
  return (problem, device, config) => {
    const givens = { ...spaceOf(id, problem, device).givens, ...limits(device) }
    return models.map((model) => evaluate(model, { ...givens, ...config }, ['NEED_HUNDREDTHS'])['NEED_HUNDREDTHS'])
  }
}

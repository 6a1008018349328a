import { ModelBuilder, type Model } from './model.ts'
import { expressionOf } from './parser.ts'
import { SpaceError, type Span } from './source.ts'

/**
 * The model of a `search-space/1` document, a neutral form of published tuning spaces. `intExpr` is read where there is
 * one: it says without real division what `expr` says with it. Throws `E_SPACE_FORMAT` for anything else.
 */
export function readSearchSpace(document: unknown, options: { readonly file?: string } = {}): Model {
  const file = options.file ?? 'search-space.json'
  const fail = (message: string): never => {
    throw new SpaceError('E_SPACE_FORMAT', `${file}: ${message}`)
  }
  const root = record(document) ?? fail('is not a search-space/1 document: it is no object')
  if (root['format'] !== 'search-space/1') fail(`format is ${JSON.stringify(root['format'])}, not "search-space/1"`)
  const building = new ModelBuilder(file)
  const params = list(root['params']) ?? fail('params is not a list')
  params.forEach((entry, i) => {
    const param = record(entry)
    const name = param?.['name']
    if (!param || typeof name !== 'string' || !/^[A-Za-z_]\w*$/.test(name)) return fail(`params[${i}] has no name`)
    const at: Span = { source: { file, text: name }, start: 0, end: name.length }
    const number = (value: unknown, what: string): number =>
      typeof value === 'number' && Number.isSafeInteger(value)
        ? value
        : fail(`${what} of ${name} is ${JSON.stringify(value)}, not an integer`)
    const constant = (value: number) => ({ kind: 'number', value, at }) as const
    const values = list(param['values'])
    const range = record(param['range'])
    if (values)
      building.param({
        name,
        at,
        domain: { kind: 'list', at, values: values.map((value) => constant(number(value, 'a value'))) },
      })
    else if (range) {
      const [from, to, step] = [
        number(range['from'], 'from'),
        number(range['to'], 'to'),
        number(range['step'] ?? 1, 'step'),
      ]
      building.param({
        name,
        at,
        domain: { kind: 'range', at, from: constant(from), to: constant(to), step: constant(step) },
      })
    } else fail(`${name} has neither values nor a range`)
  })
  const constraints = list(root['constraints']) ?? fail('constraints is not a list')
  constraints.forEach((entry, i) => {
    const constraint = record(entry)
    const text = constraint?.['intExpr'] ?? constraint?.['expr']
    if (typeof text !== 'string') return fail(`constraints[${i}] has no expr`)
    const condition = expressionOf({ file: `${file} constraints[${i}]`, text })
    building.rule(`constraint ${i + 1}`, condition, condition.at)
  })
  return building.model()
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined
}

function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined
}

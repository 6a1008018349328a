import { namesIn, type Expression } from './expression.ts'
import { definitionsOf, numberOf, type Definitions, type Values } from './evaluate.ts'
import { namesOf, type Domain, type Model, type Objective } from './model.ts'
import { SpaceError, suggestion, type Span } from './source.ts'

/** A model with values for its givens: what the operations work on. */
export interface Space {
  readonly model: Model
  readonly givens: Values
  /** In declaration order. */
  readonly variables: readonly Variable[]
  readonly rules: readonly BoundRule[]
  readonly objective?: Objective
  readonly lets: Definitions
}

export interface Variable {
  readonly name: string
  /** Ascending and distinct; for a range without end, what the rules leave of it is found later. */
  readonly values: DomainValues
}

/** Values one by one, or all integers from `from` on. */
export type DomainValues = readonly number[] | { readonly from: number; readonly step: number }

export interface BoundRule {
  readonly name: string
  readonly text: string
  readonly condition: Expression
  /** Indices of the variables that it reads, directly or through lets, ascending. */
  readonly scope: readonly number[]
}

// A domain beyond this many values is listed by mistake; ranges that the rules bound stay intervals until they are cut.
const LARGEST_DOMAIN = 5_000_000

/**
 * A model with values for its givens. Throws `E_SPACE_GIVEN` for one that is missing, unknown or not an integer, and
 * `E_SPACE_DOMAIN` for a domain that makes no sense with them. A domain that is empty is no error: nothing fits then.
 */
export function bind(model: Model, givens: Values): Space {
  checkGivens(model, givens)
  const lets = definitionsOf(model)
  const variables = model.params.map(({ name, domain }) => ({ name, values: domainValues(name, domain, givens, lets) }))
  const scopes = scopesOf(model, lets)
  return {
    model,
    givens,
    variables,
    rules: model.rules.map(({ name, text, condition }) => ({ name, text, condition, scope: scopes(condition) })),
    ...(model.objective && { objective: model.objective }),
    lets,
  }
}

const scopesOfModels = new WeakMap<Model, (expression: Expression) => readonly number[]>()

/** Tells which variables an expression reads, through lets too: their indices, ascending. */
export function scopesOf(model: Model, lets: Definitions): (expression: Expression) => readonly number[] {
  const found = scopesOfModels.get(model)
  if (found) return found
  const index = new Map(model.params.map(({ name }, i) => [name, i]))
  const known = new WeakMap<Expression, readonly number[]>()
  const scope = (expression: Expression): readonly number[] => {
    const before = known.get(expression)
    if (before) return before
    const read = new Set<number>()
    for (const name of namesIn(expression).keys()) {
      const own = index.get(name)
      if (own !== undefined) read.add(own)
      const definition = lets.get(name)
      if (definition) for (const i of scope(definition)) read.add(i)
    }
    const result = [...read].sort((a, b) => a - b)
    known.set(expression, result)
    return result
  }
  scopesOfModels.set(model, scope)
  return scope
}

function checkGivens(model: Model, givens: Values): void {
  const place = model.file
  for (const name of model.givens)
    if (givens[name] === undefined)
      throw new SpaceError('E_SPACE_GIVEN', `${place}: ${name} is given a value by nobody; set ${name}`)
  for (const [name, value] of Object.entries(givens)) {
    if (!model.givens.includes(name))
      throw new SpaceError(
        'E_SPACE_GIVEN',
        `${place}: ${name} is not a given${suggestion(name, model.givens) || (namesOf(model).includes(name) ? '; it is computed or searched for' : `; there are ${model.givens.join(', ') || 'none'}`)}`,
      )
    if (!Number.isSafeInteger(value))
      throw new SpaceError('E_SPACE_GIVEN', `${place}: ${name} is ${value}, not an integer; givens are integers`)
  }
}

function domainValues(name: string, domain: Domain, givens: Values, lets: Definitions): DomainValues {
  const number = (expression: Expression): number => {
    const value = numberOf(expression, givens, lets)
    if (value === undefined)
      throw new SpaceError('E_SPACE_DOMAIN', `this has no value: a division in it is uneven or by zero`, expression.at)
    return value
  }
  const distinct = (values: readonly number[]): readonly number[] => [...new Set(values)].sort((a, b) => a - b)
  switch (domain.kind) {
    case 'list':
      return distinct(domain.values.map(number))
    case 'divisors':
      return divisorsOf(number(domain.of), domain.at)
    case 'pow2': {
      const [from, to] = [number(domain.from), number(domain.to)]
      return Array.from({ length: 53 }, (_, exponent) => 2 ** exponent).filter((power) => power >= from && power <= to)
    }
    case 'range': {
      const from = number(domain.from)
      const step = domain.step ? number(domain.step) : 1
      if (step < 1)
        throw new SpaceError('E_SPACE_DOMAIN', `the step of ${name} is ${step}; it has to be 1 or more`, domain.at)
      if (!domain.to) return { from, step }
      const length = Math.max(0, Math.floor((number(domain.to) - from) / step) + 1)
      if (length > LARGEST_DOMAIN)
        throw new SpaceError(
          'E_SPACE_DOMAIN',
          `${name} has ${length} values, more than ${LARGEST_DOMAIN}; leave the end of the range out and bound it by a rule`,
          domain.at,
        )
      return Array.from({ length }, (_, i) => from + i * step)
    }
  }
}

function divisorsOf(value: number, at: Span): readonly number[] {
  if (value < 1) throw new SpaceError('E_SPACE_DOMAIN', `${value} has no list of divisors; it has to be 1 or more`, at)
  const small: number[] = []
  for (let divisor = 1; divisor * divisor <= value; divisor++) if (value % divisor === 0) small.push(divisor)
  const large = small.map((divisor) => value / divisor).reverse()
  return [...new Set([...small, ...large])]
}

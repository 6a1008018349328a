import { namesIn, type Expression } from '../language/expression.ts'
import { definitionsOf, numberOf, type Definitions, type Values } from '../values/evaluate.ts'
import { namesOf, type Domain as DomainExpression, type Model, type Objective } from '../language/model.ts'
import { rangeOf, type Domain } from './domain.ts'
import { SpaceError, suggestion, type Span } from '../language/source.ts'

/** A model with values for its givens: what the operations work on. */
export interface Space {
  readonly model: Model
  readonly givens: Values
  /** In declaration order. */
  readonly variables: readonly Variable[]
  /** The place of each variable among them. */
  readonly indexOf: ReadonlyMap<string, number>
  readonly rules: readonly BoundRule[]
  readonly objective?: Objective
  readonly lets: Definitions
}

export interface Variable {
  readonly name: string
  readonly values: Domain
}

export interface BoundRule {
  readonly name: string
  readonly text: string
  readonly condition: Expression
  /** Indices of the variables that it reads, directly or through lets, ascending. */
  readonly scope: readonly number[]
}

/**
 * A model with values for its givens. Throws `E_SPACE_GIVEN` for one that is missing, unknown or not an integer, and
 * `E_SPACE_DOMAIN` for a domain that makes no sense with them. A domain that is empty is no error: nothing fits then.
 */
export function bind(model: Model, givens: Values): Space {
  checkGivens(model, givens)
  const lets = definitionsOf(model)
  const variables = model.params.map(({ name, domain }) => ({ name, values: domainValues(name, domain, givens, lets) }))
  const indexOf = new Map(model.params.map(({ name }, index) => [name, index]))
  const scopes = scopesOf(indexOf, lets)
  return {
    model,
    givens,
    variables,
    indexOf,
    rules: model.rules.map(({ name, text, condition }) => ({ name, text, condition, scope: scopes(condition) })),
    ...(model.objective && { objective: model.objective }),
    lets,
  }
}

/** Tells which variables an expression reads, through definitions too: their indices, ascending. */
export function scopesOf(
  indexOf: ReadonlyMap<string, number>,
  definitions: Definitions,
): (expression: Expression) => readonly number[] {
  const known = new Map<string, readonly number[]>()
  const scope = (expression: Expression): readonly number[] => {
    const read = new Set<number>()
    for (const name of namesIn(expression).keys()) {
      const definition = definitions.get(name)
      const own = definition ? undefined : indexOf.get(name)
      if (own !== undefined) read.add(own)
      if (!definition) continue
      const through = known.get(name) ?? scope(definition)
      known.set(name, through)
      for (const index of through) read.add(index)
    }
    return [...read].sort((a, b) => a - b)
  }
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

function domainValues(name: string, domain: DomainExpression, givens: Values, lets: Definitions): Domain {
  const number = (expression: Expression): number => {
    const value = expression.kind === 'number' ? expression.value : numberOf(expression, givens, lets)
    if (value === undefined)
      throw new SpaceError('E_SPACE_DOMAIN', `this has no value: a division in it is uneven or by zero`, expression.at)
    return value
  }
  const distinct = (values: readonly number[]): readonly number[] => [...new Set(values)].sort((a, b) => a - b)
  switch (domain.kind) {
    case 'list':
      return distinct(domain.values.map(number))
    case 'divisors':
      return checkedDivisors(number(domain.of), domain.at)
    case 'pow2': {
      const [from, to] = [number(domain.from), number(domain.to)]
      return Array.from({ length: 53 }, (_, exponent) => 2 ** exponent).filter((power) => power >= from && power <= to)
    }
    case 'range': {
      const step = domain.step ? number(domain.step) : 1
      if (step < 1)
        throw new SpaceError('E_SPACE_DOMAIN', `the step of ${name} is ${step}; it has to be 1 or more`, domain.at)
      return rangeOf(number(domain.from), domain.to ? number(domain.to) : Infinity, step)
    }
  }
}

function checkedDivisors(value: number, at: Span): readonly number[] {
  if (value < 1) throw new SpaceError('E_SPACE_DOMAIN', `${value} has no list of divisors; it has to be 1 or more`, at)
  return divisorsOf(value)
}

/** The positive divisors of a positive integer, ascending. */
export function divisorsOf(value: number): readonly number[] {
  const small: number[] = []
  for (let divisor = 1; divisor * divisor <= value; divisor++) if (value % divisor === 0) small.push(divisor)
  const large = small.map((divisor) => value / divisor).reverse()
  return large[0] === small.at(-1) ? [...small, ...large.slice(1)] : [...small, ...large]
}

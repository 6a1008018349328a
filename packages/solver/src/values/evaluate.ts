import { calculate, call, UNDEFINED, type Partial } from './arithmetic.ts'
import type { CompareOp, Expression } from '../language/expression.ts'
import { unknownName, type Model } from '../language/model.ts'
import { SpaceError } from '../language/source.ts'

export type Values = Readonly<Record<string, number>>

/** Thrown inside an evaluation when a value does not exist; a rule in which that happens is false. */
class NoValue extends Error {}

/** Names whose values are expressions: a model's lets, by name. */
export type Definitions = ReadonlyMap<string, Expression>

export function definitionsOf(model: Pick<Model, 'lets'>): Definitions {
  return new Map(model.lets.map(({ name, value }) => [name, value]))
}

/**
 * Whether a rule holds. A value that does not exist (an uneven `/`, a division by zero) makes it false where it is
 * needed; `and`, `or`, `implies` and `if` do not need what they skip. Throws `E_SPACE_OVERFLOW` beyond 2^53.
 */
export function holds(rule: Expression, values: Values, lets: Definitions): boolean {
  try {
    return truthIn(rule, { values, lets })
  } catch (error) {
    if (error instanceof NoValue) return false
    throw error
  }
}

/** The value of a numeric expression, or nothing where it does not exist. Throws `E_SPACE_OVERFLOW` beyond 2^53. */
export function numberOf(expression: Expression, values: Values, lets: Definitions): number | undefined {
  try {
    return numberIn(expression, { values, lets })
  } catch (error) {
    if (error instanceof NoValue) return undefined
    throw error
  }
}

/**
 * Lets and other names of a model for some values of its givens and parameters. Only what the wanted names need has to
 * be among the values; throws `E_SPACE_GIVEN` for what is missing. A truth is 1 or 0.
 *
 * @example
 * evaluate(parse('given D\nparam T in [2, 4]\nlet TILES = ceil_div(D, T)'), { D: 9, T: 4 }, ['TILES']) // { TILES: 3 }
 */
export function evaluate(model: Model, values: Values, names: readonly string[]): Record<string, number> {
  const lets = definitionsOf(model)
  const known = new Set([...model.givens, ...model.params.map(({ name }) => name)])
  return Object.fromEntries(
    names.map((name) => {
      if (!known.has(name) && !lets.has(name))
        throw new SpaceError('E_SPACE_NAME', `${model.file}: ${unknownName(model, name)}`)
      const value = numberOf(reference(name, model), values, lets)
      if (value === undefined)
        throw new SpaceError(
          'E_SPACE_DOMAIN',
          `${model.file}: ${name} has no value here: a division in it is uneven or by zero`,
        )
      return [name, value]
    }),
  )
}

function reference(name: string, model: Model): Expression {
  return { kind: 'name', name, at: { source: { file: model.file, text: name }, start: 0, end: name.length } }
}

/** One evaluation: values of names, definitions of the others, and what has been computed of those. */
interface Scope {
  readonly values: Values
  readonly lets: Definitions
  known?: Map<string, number | boolean>
}

function numberIn(expression: Expression, scope: Scope): number {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'name':
      return Number(named(expression.name, scope, numberIn))
    case 'negate':
      return 0 - numberIn(expression.arg, scope)
    case 'arithmetic': {
      const { op, left, right } = expression
      const result = calculate(op, numberIn(left, scope), numberIn(right, scope))
      return typeof result === 'number' ? result : missing(result, expression)
    }
    case 'call': {
      const result = called(expression, scope)
      return typeof result === 'symbol' ? missing(result, expression) : Number(result)
    }
    case 'if':
      return numberIn(truthIn(expression.condition, scope) ? expression.yes : expression.no, scope)
    default:
      return Number(truthIn(expression, scope))
  }
}

function truthIn(expression: Expression, scope: Scope): boolean {
  switch (expression.kind) {
    case 'name':
      return named(expression.name, scope, truthIn) === true
    case 'not':
      return !truthIn(expression.arg, scope)
    case 'logic': {
      const left = truthIn(expression.left, scope)
      const isDecided = expression.op === 'or' ? left : !left
      return isDecided ? expression.op !== 'and' : truthIn(expression.right, scope)
    }
    case 'compare': {
      // A chain stops at its first comparison that fails, like the `and` that it stands for.
      const { terms, ops } = expression
      let left = numberIn(terms[0]!, scope)
      for (let i = 0; i < ops.length; i++) {
        const right = numberIn(terms[i + 1]!, scope)
        if (!compare(ops[i]!, left, right)) return false
        left = right
      }
      return true
    }
    case 'call':
      return called(expression, scope) === true
    case 'if':
      return truthIn(truthIn(expression.condition, scope) ? expression.yes : expression.no, scope)
    case 'in': {
      const items = expression.items.map((item) => numberIn(item, scope))
      return expression.rows.some((row) => row.every((wanted, i) => wanted === items[i]))
    }
    default:
      return false // A number where a truth is needed is an error long before.
  }
}

/** The value of a name; of a definition, which is computed once, as `compute` says. */
function named<T extends number | boolean>(
  name: string,
  scope: Scope,
  compute: (definition: Expression, scope: Scope) => T,
): number | boolean {
  const known = scope.values[name] ?? scope.known?.get(name)
  if (known !== undefined) return known
  const definition = scope.lets.get(name)
  if (!definition) throw new SpaceError('E_SPACE_GIVEN', `${name} has no value; give it one`)
  const result = compute(definition, scope)
  scope.known ??= new Map()
  scope.known.set(name, result)
  return result
}

function called({ name, args }: Expression & { readonly kind: 'call' }, scope: Scope): Partial | boolean {
  return call(
    name,
    args.map((arg) => numberIn(arg, scope)),
  )
}

export function compare(op: CompareOp, a: number, b: number): boolean {
  switch (op) {
    case '==':
      return a === b
    case '!=':
      return a !== b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}

function missing(value: Exclude<Partial, number>, { at }: Expression): never {
  if (value === UNDEFINED) throw new NoValue()
  throw new SpaceError(
    'E_SPACE_OVERFLOW',
    'this goes beyond 2^53, where integers stop being exact; tighten the domains or divide earlier',
    at,
  )
}

import { calculate, call, OVERFLOW, UNDEFINED, type Partial } from './arithmetic.ts'
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
    return valueOf(rule, { values, lets }) === true
  } catch (error) {
    if (error instanceof NoValue) return false
    throw error
  }
}

/** The value of a numeric expression, or nothing where it does not exist. Throws `E_SPACE_OVERFLOW` beyond 2^53. */
export function numberOf(expression: Expression, values: Values, lets: Definitions): number | undefined {
  try {
    return Number(valueOf(expression, { values, lets }))
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

function valueOf(expression: Expression, scope: Scope): number | boolean {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'name': {
      const known = scope.values[expression.name] ?? scope.known?.get(expression.name)
      if (known !== undefined) return known
      const definition = scope.lets.get(expression.name)
      if (definition) {
        const result = valueOf(definition, scope)
        scope.known ??= new Map()
        scope.known.set(expression.name, result)
        return result
      }
      throw new SpaceError('E_SPACE_GIVEN', `${expression.name} has no value; give it one`)
    }
    case 'negate':
      return 0 - numberIn(expression.arg, scope)
    case 'not':
      return !valueOf(expression.arg, scope)
    case 'arithmetic':
      return defined(
        calculate(expression.op, numberIn(expression.left, scope), numberIn(expression.right, scope)),
        expression,
      )
    case 'call': {
      const args = expression.args.map((arg) => numberIn(arg, scope))
      const result = call(expression.name, args)
      return typeof result === 'boolean' ? result : defined(result, expression)
    }
    case 'logic': {
      const left = valueOf(expression.left, scope) === true
      const isDecided = expression.op === 'or' ? left : !left
      return isDecided ? expression.op !== 'and' : valueOf(expression.right, scope) === true
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
    case 'if':
      return valueOf(valueOf(expression.condition, scope) === true ? expression.yes : expression.no, scope)
    case 'in': {
      const items = expression.items.map((item) => numberIn(item, scope))
      return expression.rows.some((row) => row.every((wanted, i) => wanted === items[i]))
    }
  }
}

function numberIn(expression: Expression, scope: Scope): number {
  return valueOf(expression, scope) as number
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

function defined(value: Partial, { at }: Expression): number {
  if (value === UNDEFINED) throw new NoValue()
  if (value === OVERFLOW)
    throw new SpaceError(
      'E_SPACE_OVERFLOW',
      'this goes beyond 2^53, where integers stop being exact; tighten the domains or divide earlier',
      at,
    )
  return value
}

import { partsOf, type Expression } from './expression.ts'
import { SpaceError, suggestion } from './source.ts'

export type Type = 'integer' | 'truth'

/**
 * The type of an expression over names of known types. Throws `E_SPACE_NAME` for a name that is not among them and
 * `E_SPACE_TYPE` where a number stands for a condition or the reverse: nothing is coerced.
 */
export function typeOf(expression: Expression, names: ReadonlyMap<string, Type>): Type {
  const operands = (wanted: Type, parts: readonly Expression[] = partsOf(expression)): void => {
    for (const part of parts)
      if (typeOf(part, names) !== wanted)
        throw new SpaceError(
          'E_SPACE_TYPE',
          wanted === 'integer'
            ? 'this is a condition where a number is needed'
            : 'this is a number where a condition is needed; compare it with something',
          part.at,
        )
  }
  switch (expression.kind) {
    case 'number':
      return 'integer'
    case 'name': {
      const type = names.get(expression.name)
      if (type) return type
      throw new SpaceError(
        'E_SPACE_NAME',
        `unknown name ${expression.name}${suggestion(expression.name, [...names.keys()])}`,
        expression.at,
      )
    }
    case 'negate':
    case 'arithmetic':
      operands('integer')
      return 'integer'
    case 'call':
      operands('integer')
      return expression.name === 'divides' ? 'truth' : 'integer'
    case 'compare':
    case 'in':
      operands('integer')
      return 'truth'
    case 'not':
    case 'logic':
      operands('truth')
      return 'truth'
    case 'if': {
      operands('truth', [expression.condition])
      const type = typeOf(expression.yes, names)
      operands(type, [expression.no])
      return type
    }
  }
}

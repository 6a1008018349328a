import type { Expression } from './language/expression.ts'
import { SpaceError } from './language/source.ts'
import { configurationOf, type Configuration } from './operations.ts'
import { prepare } from './search/prepare.ts'
import { joined } from './search/ranking.ts'
import { ranked } from './search/run.ts'
import type { Space } from './search/space.ts'

/**
 * The configurations that differ from one in a single parameter; where there are none, those that differ in the fewest.
 * By the first parameter that differs, then by value. The one that is given need not fit. Throws `E_SPACE_FORMAT` where a
 * parameter has no value.
 */
export function neighbours(space: Space, configuration: Configuration): readonly Configuration[] {
  const missing = space.variables.find(({ name }) => !Number.isSafeInteger(configuration[name]))
  if (missing)
    throw new SpaceError(
      'E_SPACE_FORMAT',
      `${space.model.file}: ${missing.name} is ${configuration[missing.name]}; neighbours need an integer for every parameter`,
    )
  const { problem, isRefuted, components } = prepare(space)
  if (isRefuted || components.length === 0) return []
  const nest = joined(problem, components)
  const objective = { direction: 'minimise', text: 'differences', value: differences(space, configuration) } as const
  for (let most = 1; most <= space.variables.length; most++) {
    const found: Configuration[] = []
    const offer = (distance: number, values: readonly number[]): void => {
      if (distance === most) found.push(configurationOf(space, values))
    }
    ranked(nest, objective, { offer, limit: () => most })
    if (found.length > 0) return sorted(space, configuration, found)
  }
  return []
}

/** How many parameters differ, as an expression, which the search can bound. */
function differences(space: Space, configuration: Configuration): Expression {
  const { at } = space.model.params[0]!
  const number = (value: number): Expression => ({ kind: 'number', value, at })
  return space.variables
    .map(({ name }): Expression => {
      const terms = [{ kind: 'name', name, at } as const, number(configuration[name]!)]
      return { kind: 'if', condition: { kind: 'compare', ops: ['=='], terms, at }, yes: number(0), no: number(1), at }
    })
    .reduce((left, right) => ({ kind: 'arithmetic', op: '+', left, right, at }))
}

function sorted(space: Space, from: Configuration, found: readonly Configuration[]): readonly Configuration[] {
  const names = space.variables.map(({ name }) => name)
  const firstChange = (one: Configuration): number => names.findIndex((name) => one[name] !== from[name])
  const byValue = (a: Configuration, b: Configuration): number => {
    const at = names.find((name) => a[name] !== b[name])
    return at === undefined ? 0 : a[at]! - b[at]!
  }
  return found.toSorted((a, b) => firstChange(a) - firstChange(b) || byValue(a, b))
}

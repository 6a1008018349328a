import type { Expression } from '../language/expression.ts'
import type { Definitions } from '../values/evaluate.ts'
import type { Bounds } from '../values/interval.ts'

/** How an expression goes when a name's value grows: never down, never up, not at all, or it is not known. */
export type Direction = 'up' | 'down' | 'level' | 'unknown'

/**
 * Whether a condition that is false for one value of a name is false for every larger one, the other names keeping
 * their values.
 */
export function staysFalse(name: string, condition: Expression, bounds: Bounds, definitions: Definitions): boolean {
  if (condition.kind !== 'compare' || condition.ops.length !== 1) return false
  const [left, right] = condition.terms.map((term) => directionOf(name, term, bounds, definitions)) as [
    Direction,
    Direction,
  ]
  const [op] = condition.ops
  if (op === '<' || op === '<=') return isOneOf(left, 'up') && isOneOf(right, 'down')
  if (op === '>' || op === '>=') return isOneOf(left, 'down') && isOneOf(right, 'up')
  return false
}

function isOneOf(direction: Direction, wanted: 'up' | 'down'): boolean {
  return direction === wanted || direction === 'level'
}

export function directionOf(name: string, expression: Expression, bounds: Bounds, definitions: Definitions): Direction {
  const direction = (part: Expression): Direction => {
    switch (part.kind) {
      case 'number':
        return 'level'
      case 'name': {
        const definition = definitions.get(part.name)
        return part.name === name ? 'up' : definition ? direction(definition) : 'level'
      }
      case 'negate':
        return reversed(direction(part.arg))
      case 'arithmetic': {
        const [left, right] = [direction(part.left), direction(part.right)]
        if (left === 'level' && right === 'level') return 'level'
        if (part.op === '+') return joined(left, right)
        if (part.op === '-') return joined(left, reversed(right))
        const isPositive = bounds(part.left)[0] >= 0 && bounds(part.right)[0] >= 0
        if (part.op === '*') return isPositive ? joined(left, right) : 'unknown'
        const isQuotient = part.op === '//' && isPositive && bounds(part.right)[0] > 0
        return isQuotient ? joined(left, reversed(right)) : 'unknown'
      }
      case 'call': {
        const args = part.args.map(direction)
        if (args.every((arg) => arg === 'level')) return 'level'
        if (part.name === 'min' || part.name === 'max') return args.reduce(joined)
        const isPositive = part.args.every((arg) => bounds(arg)[0] > 0)
        if (part.name === 'ceil_div' && isPositive) return joined(args[0]!, reversed(args[1]!))
        return part.name === 'round_up' && isPositive && args[1] === 'level' ? args[0]! : 'unknown'
      }
      default:
        return 'unknown'
    }
  }
  return direction(expression)
}

function reversed(direction: Direction): Direction {
  return direction === 'up' ? 'down' : direction === 'down' ? 'up' : direction
}

function joined(a: Direction, b: Direction): Direction {
  if (a === 'level') return b
  return b === 'level' || a === b ? a : 'unknown'
}

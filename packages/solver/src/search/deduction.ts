import { arithmetic, callBounds, comparison, excludesZero, type Interval } from '../values/interval.ts'
import { leastFrom, mostUpTo } from './domain.ts'
import type { Node } from './network.ts'
import { divisorsOf } from './space.ts'

// What an operation says of its parts and their whole, as intervals.

/** Intervals of nodes. What is learnt of one is said with the node that says so; false where nothing is left. */
export interface Known {
  readonly nodes: readonly Node[]
  readonly from: Float64Array
  readonly to: Float64Array
  tighten(node: number, from: number, to: number, by: number): boolean
  /** Takes it that a node has a value. */
  need(node: number, by: number): void
  /** The nodes that a product multiplies. */
  factorsOf(node: number): readonly number[]
}

/** From the parts of a node to the node. */
export function forward(known: Known, node: number): boolean {
  const { from, to, nodes } = known
  const { op, parts, twin, rows } = nodes[node]!
  if (twin !== undefined && !known.tighten(node, from[twin]!, to[twin]!, node)) return false
  const x = parts[0]!
  const y = parts[1] ?? x
  switch (op) {
    case '+':
      return known.tighten(node, from[x]! + from[y]!, to[x]! + to[y]!, node)
    case '-':
      return known.tighten(node, from[x]! - to[y]!, to[x]! - from[y]!, node)
    case '<=':
      return known.tighten(node, to[x]! <= from[y]! ? 1 : 0, from[x]! <= to[y]! ? 1 : 0, node)
    case 'not':
      return known.tighten(node, 1 - to[x]!, 1 - from[x]!, node)
    case 'and':
      return known.tighten(node, Math.min(from[x]!, from[y]!), Math.min(to[x]!, to[y]!), node)
    case 'or':
      return known.tighten(node, Math.max(from[x]!, from[y]!), Math.max(to[x]!, to[y]!), node)
    case 'if': {
      const other = parts[2]!
      if (to[x] === 0) return known.tighten(node, from[other]!, to[other]!, node)
      if (from[x] === 1) return known.tighten(node, from[y]!, to[y]!, node)
      return known.tighten(node, Math.min(from[y]!, from[other]!), Math.max(to[y]!, to[other]!), node)
    }
    case 'in':
      return known.tighten(node, 0, Number(possibleRows(known, parts, rows!).length > 0), node)
  }
  const [least, most] = wholeOf(known, nodes[node]!)
  return known.tighten(node, least, most, node)
}

function wholeOf(known: Known, { op, parts }: Node): Interval {
  const intervals = parts.map((part) => intervalOf(known, part))
  const [a, b] = intervals as [Interval, Interval]
  switch (op) {
    case '*':
    case '/':
    case '//':
    case '%':
    case '^':
      return arithmetic(op, a, b)
    case '<':
    case '==':
      return comparison(op, a, b)
    case 'min':
    case 'max':
    case 'abs':
    case 'ceil_div':
    case 'round_up':
    case 'gcd':
    case 'lcm':
    case 'log2':
    case 'divides':
      return callBounds(op, intervals)
    default:
      return [-Infinity, Infinity]
  }
}

/** From a node that has to have a value to its parts. */
export function backward(known: Known, node: number): boolean {
  const { from, to, nodes } = known
  const { op, parts, rows, twin } = nodes[node]!
  const [x, y] = parts as readonly [number, number]
  const [least, most] = [from[node]!, to[node]!]
  if (op !== 'and' && op !== 'or' && op !== 'if') for (const part of parts) known.need(part, node)
  if (twin !== undefined) {
    known.need(twin, node)
    if (!known.tighten(twin, least, most, node)) return false
  }
  switch (op) {
    case '+':
      return (
        known.tighten(x, least - to[y]!, most - from[y]!, node) &&
        known.tighten(y, least - to[x]!, most - from[x]!, node)
      )
    case '-':
      return (
        known.tighten(x, least + from[y]!, most + to[y]!, node) &&
        known.tighten(y, from[x]! - most, to[x]! - least, node)
      )
    case '*':
      return factor(known, x, node, y, node) && factor(known, y, node, x, node)
    case '/':
      return (
        nonzero(known, y, node) && factor(known, y, x, node, node) && spread(known, x, times(known, node, y, 0), node)
      )
    case '//':
      return nonzero(known, y, node) && (from[y]! < 1 || floorDivided(known, node, x, y))
    case '%':
      if (!nonzero(known, y, node)) return false
      if (from[y]! < 1) return true
      if (most === 0) return divide(known, y, x, node)
      return known.tighten(y, least + 1, Infinity, node) && (from[x]! < 0 || known.tighten(x, least, Infinity, node))
    case 'ceil_div':
      return nonzero(known, y, node) && (from[y]! < 1 || ceilDivided(known, node, x, y))
    case 'round_up':
      return nonzero(known, y, node) && (from[y]! < 1 || known.tighten(x, least - to[y]! + 1, most, node))
    case 'divides':
      return least === 0 || from[x]! < 1 || divide(known, x, y, node)
    case 'min': {
      const low = parts.filter((part) => from[part]! <= most)
      return (
        parts.every((part) => known.tighten(part, least, Infinity, node)) &&
        (low.length !== 1 || known.tighten(low[0]!, -Infinity, most, node))
      )
    }
    case 'max': {
      const high = parts.filter((part) => to[part]! >= least)
      return (
        parts.every((part) => known.tighten(part, -Infinity, most, node)) &&
        (high.length !== 1 || known.tighten(high[0]!, least, Infinity, node))
      )
    }
    case 'abs':
      return known.tighten(x, -most, most, node)
    case 'not':
      return known.tighten(x, 1 - most, 1 - least, node)
    case 'and':
      return joined(known, node, 1)
    case 'or':
      return joined(known, node, 0)
    case '<':
    case '<=': {
      const apart = op === '<' ? 1 : 0
      if (least === 1)
        return known.tighten(x, -Infinity, to[y]! - apart, node) && known.tighten(y, from[x]! + apart, Infinity, node)
      if (most === 1) return true
      return (
        known.tighten(x, from[y]! + 1 - apart, Infinity, node) && known.tighten(y, -Infinity, to[x]! - 1 + apart, node)
      )
    }
    case '==':
      return least === 0 || (known.tighten(x, from[y]!, to[y]!, node) && known.tighten(y, from[x]!, to[x]!, node))
    case 'if':
      return chosen(known, node)
    case 'in': {
      if (least === 0) return true
      const columns = possibleRows(known, parts, rows!)
      return parts.every((part, i) => {
        const values = columns.map((row) => row[i]!)
        return known.tighten(part, Math.min(...values), Math.max(...values), node)
      })
    }
    default:
      return true
  }
}

function intervalOf({ from, to }: Known, node: number): Interval {
  return [from[node]!, to[node]!]
}

function spread(known: Known, node: number, [from, to]: Interval, by: number): boolean {
  return known.tighten(node, from, to, by)
}

/** A node's interval, moved, times another's. */
function times(known: Known, node: number, other: number, offset: number): Interval {
  const [from, to] = intervalOf(known, node)
  return arithmetic('*', [from + offset, to + offset], intervalOf(known, other))
}

/** A factor from the product and the other factor. */
function factor(known: Known, node: number, product: number, other: number, by: number): boolean {
  const [whole, part] = [intervalOf(known, product), intervalOf(known, other)]
  if (excludesZero(part)) return spread(known, node, arithmetic('/', whole, part), by)
  if (!excludesZero(whole)) return true
  // The other factor is not 0 then.
  const [from, to] = [part[0] === 0 ? 1 : part[0], part[1] === 0 ? -1 : part[1]]
  if (from > to) return true
  if (from > 0 || to < 0) return spread(known, node, arithmetic('/', whole, [from, to]), by)
  const largest = Math.max(-whole[0], whole[1])
  return known.tighten(node, -largest, largest, by)
}

function nonzero(known: Known, node: number, by: number): boolean {
  const [from, to] = intervalOf(known, node)
  return (from !== 0 && to !== 0) || known.tighten(node, from === 0 ? 1 : from, to === 0 ? -1 : to, by)
}

/** `quotient` is `x // y`, with a positive `y`: x is from y · quotient to y · (quotient + 1) − 1. */
function floorDivided(known: Known, quotient: number, x: number, y: number): boolean {
  const [from, to] = intervalOf(known, quotient)
  const isPositive = known.from[x]! >= 0
  const [low, high] = [times(known, quotient, y, 0)[0], times(known, quotient, y, 1)[1] - 1]
  if (!known.tighten(x, low, high, quotient)) return false
  if (!isPositive) return true
  const least = to >= 0 ? Math.floor(known.from[x]! / (to + 1)) + 1 : 1
  return known.tighten(y, least, from > 0 ? known.to[x]! / from : Infinity, quotient)
}

/** `quotient` is `ceil_div(x, y)`, with a positive `y`: x is from y · (quotient − 1) + 1 to y · quotient. */
function ceilDivided(known: Known, quotient: number, x: number, y: number): boolean {
  const [from, to] = intervalOf(known, quotient)
  const [low, high] = [times(known, quotient, y, -1)[0] + 1, times(known, quotient, y, 0)[1]]
  if (!known.tighten(x, low, high, quotient)) return false
  if (known.from[x]! < 1) return true
  const most = from > 1 ? (known.to[x]! - 1) / (from - 1) : Infinity
  return known.tighten(y, to > 0 ? known.from[x]! / to : 1, most, quotient)
}

/** `and` and `or`: the left side is needed, the right one only where the left one is `neutral`, which decides nothing. */
function joined(known: Known, node: number, neutral: 0 | 1): boolean {
  const { from, to, nodes } = known
  const [left, right] = nodes[node]!.parts as readonly [number, number]
  const is = (one: number, truth: number): boolean => from[one] === truth && to[one] === truth
  known.need(left, node)
  if (is(node, neutral)) {
    known.need(right, node)
    return known.tighten(left, neutral, neutral, node) && known.tighten(right, neutral, neutral, node)
  }
  if (is(left, neutral)) {
    known.need(right, node)
    return known.tighten(right, from[node]!, to[node]!, node)
  }
  return !is(node, 1 - neutral) || !is(right, neutral) || known.tighten(left, 1 - neutral, 1 - neutral, node)
}

function chosen(known: Known, node: number): boolean {
  const { from, to, nodes } = known
  const [condition, yes, no] = nodes[node]!.parts as readonly [number, number, number]
  const [least, most] = [from[node]!, to[node]!]
  known.need(condition, node)
  if (from[condition] === to[condition]) {
    const branch = from[condition] === 1 ? yes : no
    known.need(branch, node)
    return known.tighten(branch, least, most, node)
  }
  const isApart = (branch: number): boolean => from[branch]! > most || to[branch]! < least
  return known.tighten(condition, isApart(no) ? 1 : 0, isApart(yes) ? 0 : 1, node)
}

type Rows = readonly (readonly number[])[]

function possibleRows({ from, to }: Known, parts: readonly number[], rows: Rows): Rows {
  return rows.filter((row) => row.every((value, i) => from[parts[i]!]! <= value && value <= to[parts[i]!]!))
}

// A larger number's divisors are not looked for.
const LARGEST_DIVIDED = 2 ** 32

/** A positive number divides another: it and each of its factors are divisors of that. */
function divide(known: Known, divisor: number, dividend: number, by: number): boolean {
  const [from, to] = intervalOf(known, dividend)
  const step = known.from[divisor]!
  const isFixed = step === known.to[divisor]!
  if (isFixed && !known.tighten(dividend, Math.ceil(from / step) * step, Math.floor(to / step) * step, by)) return false
  if (from < 1) return true
  if (!known.tighten(divisor, 1, to, by)) return false
  if (from !== to || to > LARGEST_DIVIDED) return true
  const divisors = cachedDivisors(to)
  const factors = known.factorsOf(divisor)
  const isPositive = factors.every((node) => known.nodes[node]!.from > 0)
  return (isPositive ? [divisor, ...factors] : [divisor]).every((node) =>
    known.tighten(node, leastFrom(divisors, known.from[node]!), mostUpTo(divisors, known.to[node]!), by),
  )
}

const lists = new Map<number, readonly number[]>()

function cachedDivisors(value: number): readonly number[] {
  const found = lists.get(value) ?? divisorsOf(value)
  lists.set(value, found)
  return found
}

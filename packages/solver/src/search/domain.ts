import type { Interval } from '../values/interval.ts'

/** The values of a variable, ascending and distinct: one by one, or evenly spaced where there are many. */
export type Domain = readonly number[] | Range

export interface Range {
  readonly from: number
  /** The last value; `Infinity` for a range without end. */
  readonly to: number
  readonly step: number
}

// Up to here values are kept one by one, which is what filters and loops like best.
const LARGEST_LIST = 2 ** 16

/** The range from `from`, up to `to`; a list where it is short. */
export function rangeOf(from: number, to: number, step: number): Domain {
  if (to < from) return []
  const last = to === Infinity ? to : from + Math.floor((to - from) / step) * step
  if ((last - from) / step >= LARGEST_LIST) return { from, to: last, step }
  return Array.from({ length: (last - from) / step + 1 }, (_, i) => from + i * step)
}

export function isList(domain: Domain): domain is readonly number[] {
  return !('from' in domain)
}

/** How many values; `Infinity` for a range without end. */
export function sizeOf(domain: Domain): number {
  return isList(domain) ? domain.length : (domain.to - domain.from) / domain.step + 1
}

/** The value at a position, ascending from 0. */
export function valueAt(domain: Domain, i: number): number {
  return isList(domain) ? domain[i]! : domain.from + i * domain.step
}

/** The least and the largest value; of an empty domain, `[0, 0]`. */
export function hullOf(domain: Domain): Interval {
  if (!isList(domain)) return [domain.from, domain.to]
  return domain.length === 0 ? [0, 0] : [domain[0]!, domain.at(-1)!]
}

export function contains(domain: Domain, value: number): boolean {
  if (isList(domain)) return domain.includes(value)
  return value >= domain.from && value <= domain.to && (value - domain.from) % domain.step === 0
}

/** The values that are not below `from` nor above `to`. */
export function within(domain: Domain, from: number, to: number): Domain {
  if (isList(domain)) return domain.filter((value) => value >= from && value <= to)
  const first = domain.from + Math.max(0, Math.ceil((from - domain.from) / domain.step)) * domain.step
  return rangeOf(first, Math.min(to, domain.to), domain.step)
}

/** The least value that is not below a bound; `Infinity` where there is none. */
export function leastFrom(domain: Domain, bound: number): number {
  if (isList(domain)) return domain[positionOf(domain, bound)] ?? Infinity
  const value = domain.from + Math.max(0, Math.ceil((bound - domain.from) / domain.step)) * domain.step
  return value <= domain.to ? value : Infinity
}

/** The largest value that is not above a bound; `-Infinity` where there is none. */
export function mostUpTo(domain: Domain, bound: number): number {
  if (isList(domain)) {
    const at = positionOf(domain, bound)
    return domain[at] === bound ? bound : (domain[at - 1] ?? -Infinity)
  }
  if (bound >= domain.to) return domain.to
  const value = domain.from + Math.floor((bound - domain.from) / domain.step) * domain.step
  return value >= domain.from ? value : -Infinity
}

/** How many values of a list are below a bound. */
export function positionOf(list: readonly number[], bound: number): number {
  let [from, to] = [0, list.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (list[middle]! < bound) from = middle + 1
    else to = middle
  }
  return from
}

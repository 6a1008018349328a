import type { Measurement } from '@tilewright/presets'
import type { Timing } from './backend.ts'

/** The value below which a share `q` of the values lies, linear between neighbours; NaN of no values. */
export function quantile(values: readonly number[], q: number): number {
  return quantileOfSorted(
    values.toSorted((a, b) => a - b),
    q,
  )
}

/** The middle value, or what lies half way between the two in the middle; NaN of no values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** What a preset states of durations: quartiles of single executions, none left out. */
export function measurementOf({ durationsNs, clock }: Pick<Timing, 'durationsNs' | 'clock'>): Measurement {
  const sorted = durationsNs.toSorted((a, b) => a - b)
  return {
    medianNs: quantileOfSorted(sorted, 0.5),
    lowerQuartileNs: quantileOfSorted(sorted, 0.25),
    upperQuartileNs: quantileOfSorted(sorted, 0.75),
    leastNs: sorted[0] ?? NaN,
    runs: sorted.length,
    clock,
  }
}

/** A median and the interval that holds the true one with the confidence asked for. */
export interface Interval {
  readonly median: number
  readonly lower: number
  readonly upper: number
}

/**
 * The percentile bootstrap of a median (Efron, Bootstrap methods: another look at the jackknife, 1979) in the limit of
 * all resamples: the r-th least of n draws from n values is at most the k-th least with the probability that at least r
 * of n draws of chance k/n succeed. No random numbers, so the same values always give the same interval. Of an even
 * number of values the interval reaches from the lower middle's end to the upper middle's.
 */
export function bootstrapMedian(values: readonly number[], confidence: number): Interval {
  const sorted = values.toSorted((a, b) => a - b)
  const count = sorted.length
  const tail = (1 - confidence) / 2
  const [below, above] = [Math.floor((count + 1) / 2), Math.ceil((count + 1) / 2)]
  const ranks = sorted.map((_, i) => i + 1)
  const lowest = ranks.find((rank) => atLeast(below, count, rank / count) > tail) ?? 1
  const highest = ranks.find((rank) => atLeast(above, count, rank / count) >= 1 - tail) ?? count
  return { median: quantileOfSorted(sorted, 0.5), lower: sorted[lowest - 1] ?? NaN, upper: sorted[highest - 1] ?? NaN }
}

/** The probability of at least `least` successes in `draws` of the given chance. */
function atLeast(least: number, draws: number, chance: number): number {
  if (chance >= 1) return 1
  let total = 0
  let logChoices = 0
  for (let successes = 0; successes <= draws; successes++) {
    if (successes > 0) logChoices += Math.log((draws - successes + 1) / successes)
    if (successes >= least)
      total += Math.exp(logChoices + successes * Math.log(chance) + (draws - successes) * Math.log(1 - chance))
  }
  return total
}

function quantileOfSorted(sorted: readonly number[], q: number): number {
  const place = q * (sorted.length - 1)
  const below = sorted[Math.floor(place)] ?? NaN
  const above = sorted[Math.ceil(place)] ?? NaN
  // Equal neighbours may both be infinite, and their difference is then not a number.
  return below === above ? below : below + (above - below) * (place - Math.floor(place))
}

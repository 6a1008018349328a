import type { Measurement } from '@tilewright/presets'
import type { Timing } from './backend.ts'
import { randomOf } from './random.ts'

/** The value below which a share `q` of the values lies, linear between neighbours; NaN of no values. */
export function quantile(values: readonly number[], q: number): number {
  return quantileOfSorted(
    values.toSorted((a, b) => a - b),
    q,
  )
}

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

/** Percentile bootstrap of a median (Efron and Tibshirani, An introduction to the bootstrap, ch. 13), from a seed. */
export function bootstrapMedian(
  values: readonly number[],
  options: { readonly confidence: number; readonly resamples: number; readonly seed: number },
): Interval {
  const random = randomOf(options.seed)
  const medians = Array.from({ length: options.resamples }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)]!)),
  ).toSorted((a, b) => a - b)
  const tail = (1 - options.confidence) / 2
  return {
    median: median(values),
    lower: quantileOfSorted(medians, tail),
    upper: quantileOfSorted(medians, 1 - tail),
  }
}

function quantileOfSorted(sorted: readonly number[], q: number): number {
  const place = q * (sorted.length - 1)
  const below = sorted[Math.floor(place)] ?? NaN
  const above = sorted[Math.ceil(place)] ?? NaN
  // Equal neighbours may both be infinite, and their difference is then not a number.
  return below === above ? below : below + (above - below) * (place - Math.floor(place))
}

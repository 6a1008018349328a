import type { Candidate } from '../trial.ts'

/** Configurations as points: a parameter's coordinate is the place of its value among the values that occur. */
export interface TileSpace {
  readonly dimensions: number
  /** Sum over the parameters of the share of the parameter's range between two configurations. */
  distance(a: number, b: number): number
  /** Sum over the parameters of the values between two configurations: 1 for a neighbour. */
  steps(a: number, b: number): number
}

/**
 * Places rather than values or logarithms: domains are powers of two, divisors or plain counts, and one step is one
 * decision in each of them.
 */
export function tileSpaceOf(candidates: readonly Candidate[]): TileSpace {
  const names = Object.keys(candidates[0]?.config ?? {})
  const places = names.map((name) => {
    const values = [...new Set(candidates.map(({ config }) => config[name]!))].toSorted((a, b) => a - b)
    return new Map(values.map((value, place) => [value, place]))
  })
  const points = candidates.map(({ config }) => names.map((name, i) => places[i]!.get(config[name]!)!))
  const sum = (a: number, b: number, unit: (dimension: number) => number): number =>
    names.reduce((total, _, i) => total + Math.abs(points[a]![i]! - points[b]![i]!) / unit(i), 0)
  return {
    dimensions: names.length,
    distance: (a, b) => sum(a, b, (i) => Math.max(1, places[i]!.size - 1)),
    steps: (a, b) => sum(a, b, () => 1),
  }
}

import { median } from '../statistics.ts'
import { keyOf, type Candidate, type Trial } from '../trial.ts'
import { model } from './model.ts'
import type { Search, Strategy } from './strategy.ts'
import { tileSpaceOf } from './tile-space.ts'

/**
 * First half: the best of each cluster of tile shapes, so that a model which is wrong about a whole region cannot hide
 * it. Next quarter: neighbours of the best so far. Last quarter: drawn uniformly from the ranking.
 */
export const spread: Strategy = (search) => {
  const { taken, planned } = search
  const leader = leadersOf(search.ranked, Math.ceil(planned / 2)).find(({ config }) => !taken.has(keyOf(config)))
  if (leader && taken.size < Math.ceil(planned / 2)) return leader
  if (taken.size < Math.ceil((planned * 3) / 4)) return neighbour(search) ?? model(search)
  return uniform(search)
}

/**
 * Up to `quota` configurations, each the best of its cluster under the model: walking down the better half of the
 * ranking, one leads a cluster when it lies at least a radius from every leader before it. The radius is the largest
 * that gives enough leaders. The worse half is left to the uniform draws; the model is seldom that wrong.
 */
export function leadersOf(ranked: readonly Candidate[], quota: number): readonly Candidate[] {
  const half = ranked.slice(0, Math.max(quota, Math.ceil(ranked.length / 2)))
  const space = tileSpaceOf(half)
  for (let radius = space.dimensions; radius > 1e-3; radius *= 0.75) {
    const leaders: number[] = []
    for (let i = 0; i < half.length && leaders.length < quota; i++)
      if (leaders.every((leader) => space.distance(leader, i) >= radius)) leaders.push(i)
    if (leaders.length === quota) return leaders.map((leader) => half[leader]!)
  }
  return half.slice(0, quota)
}

/** The configuration not yet tried that is fewest steps from the fastest so far; of several, the model's best. */
function neighbour({ ranked, taken, trials }: Search): Candidate | undefined {
  const centre = fastest(trials)
  if (!centre) return undefined
  const space = tileSpaceOf([...ranked, centre])
  let found: { readonly candidate: Candidate; readonly steps: number } | undefined
  for (const [i, candidate] of ranked.entries()) {
    if (taken.has(keyOf(candidate.config))) continue
    const steps = space.steps(i, ranked.length)
    if (!found || steps < found.steps) found = { candidate, steps }
  }
  return found?.candidate
}

function fastest(trials: readonly Trial[]): Trial | undefined {
  const timed = trials.filter(({ status, timing }) => status === 'correct' && timing && !timing.cut)
  return timed.toSorted((a, b) => median(a.timing!.durationsNs) - median(b.timing!.durationsNs))[0]
}

function uniform({ ranked, taken, random }: Search): Candidate | undefined {
  const fresh = ranked.filter(({ config }) => !taken.has(keyOf(config)))
  return fresh[Math.floor(random() * fresh.length)]
}

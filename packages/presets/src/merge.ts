import type { Evidence, Preset, PresetFile } from './preset.ts'
import { problemKey } from './read.ts'

const RANK: Readonly<Record<Evidence, number>> = { model: 0, compiled: 1, measured: 2 }

/**
 * Both files' presets, one for each problem, in the order of `problemKey`. Where both have the problem the stronger
 * evidence wins, and the added one where it is equal: a model never replaces a measurement.
 */
export function mergePresets(present: PresetFile, added: PresetFile): PresetFile {
  const byProblem = new Map(present.presets.map((preset) => [problemKey(preset.problem), preset]))
  for (const preset of added.presets) {
    const key = problemKey(preset.problem)
    const old = byProblem.get(key)
    if (old === undefined || !isStronger(old, preset)) byProblem.set(key, preset)
  }
  const presets = [...byProblem].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, preset]) => preset)
  return { ...added, presets }
}

function isStronger(one: Preset, other: Preset): boolean {
  return RANK[one.evidence] > RANK[other.evidence]
}

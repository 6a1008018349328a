import { presetFiles } from '@tilewright/tuned/presets'
import type { PresetFile } from './preset.ts'
import { readPresetFile } from './read.ts'

let published: readonly PresetFile[] | undefined

/** The preset files that are published with this package, validated once. */
export function publishedPresets(): readonly PresetFile[] {
  published ??= Object.entries(presetFiles).map(([path, json]) => readPresetFile(json, `tuned/${path}`))
  return published
}

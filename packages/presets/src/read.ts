import type { Problem } from '@tilewright/kernels'
import { PresetError } from './errors.ts'
import { presetFile } from './format.ts'
import { problemTwice, wrongFile } from './messages.ts'
import type { PresetFile } from './preset.ts'

/**
 * The presets of a parsed JSON file. Throws `E_PRESET` in one sentence that names the first place that is wrong. That
 * its configurations are legal is another question: `validatePreset`.
 */
export function readPresetFile(json: unknown, file: string): PresetFile {
  const parsed = presetFile.safeParse(json)
  if (!parsed.success) throw new PresetError(wrongFile(file, json, parsed.error.issues))
  const seen = new Map<string, number>()
  parsed.data.presets.forEach((preset, second) => {
    const first = seen.get(problemKey(preset.problem))
    if (first !== undefined) throw new PresetError(problemTwice(file, { first, second }))
    seen.set(problemKey(preset.problem), second)
  })
  return parsed.data
}

/** Equal for equal problems and for no others; sorts by cell, dtype and sizes. */
export function problemKey(problem: Problem): string {
  const sizes = [problem.headDim, problem.heads, problem.batch, problem.time]
  const { cell, dtype, layout = 'btd', packed = [], resets = false, cuSeqlens = false, checkpoint = 0 } = problem
  const flags = [layout, packed.join('+'), resets ? 'resets' : '', cuSeqlens ? 'cuSeqlens' : '', String(checkpoint)]
  return [cell, dtype, ...sizes.map((size) => String(size).padStart(10, '0')), ...flags].join(' ')
}

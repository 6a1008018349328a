import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FILE, MEASURED, MODEL } from '../test/samples.ts'
import { PresetError } from './errors.ts'
import type { PresetFile } from './preset.ts'
import { loadPresetFile, loadPresetFolder, writePresetFile } from './store.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tilewright-presets-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('writePresetFile', () => {
  test('puts a file in its place and reads it back', () => {
    const path = writePresetFile(folder, FILE)
    expect(path).toBe(join(folder, 'nvidia/sm_90/h100-sxm/recurrent-fused-forward-cuda.json'))
    expect(loadPresetFile(path)).toEqual(FILE)
    expect(loadPresetFolder(folder)).toEqual([FILE])
  })

  test('writes the same bytes for the same presets, in whatever order they come, and leaves nothing else', () => {
    const other = { ...MODEL, problem: { ...MODEL.problem, batch: 8 } }
    const path = writePresetFile(folder, { ...FILE, presets: [MODEL, other] })
    const text = readFileSync(path, 'utf8')
    rmSync(path)
    writePresetFile(folder, { ...FILE, presets: [other] })
    const { evidence, ...rest } = MODEL
    writePresetFile(folder, { presets: [{ ...rest, evidence }], ...without(FILE, 'presets') })
    expect(readFileSync(path, 'utf8')).toBe(text)
    expect(readdirSync(join(path, '..'))).toEqual(['recurrent-fused-forward-cuda.json'])
    expect(text.indexOf('"batch": 8')).toBeLessThan(text.indexOf('"batch": 16'))
  })

  test('a model does not replace a measurement, a measurement replaces a model, the newer one its equal', () => {
    const config = { WARPS_K: 8, ROW_TILES: 8 }
    writePresetFile(folder, { ...FILE, presets: [MEASURED] })
    const path = writePresetFile(folder, { ...FILE, presets: [{ ...MODEL, config }] })
    expect(loadPresetFile(path).presets).toEqual([MEASURED])
    writePresetFile(folder, { ...FILE, presets: [{ ...MEASURED, config }] })
    expect(loadPresetFile(path).presets).toEqual([{ ...MEASURED, config }])
  })

  test('refuses what it could not read back, and leaves what is there', () => {
    const path = writePresetFile(folder, FILE)
    const wrong = { ...FILE, presets: [{ ...MODEL, config: { WARPS_K: NaN } }] }
    expect(() => writePresetFile(folder, wrong)).toThrow(PresetError)
    expect(loadPresetFile(path)).toEqual(FILE)
  })

  test('does not overwrite a file that it cannot read', () => {
    const path = writePresetFile(folder, FILE)
    writeFileSync(path, '{')
    expect(() => writePresetFile(folder, FILE)).toThrow(/recurrent-fused-forward-cuda\.json: this is not JSON: /)
    expect(readFileSync(path, 'utf8')).toBe('{')
  })
})

describe('loadPresetFolder', () => {
  test('finds nothing where there is no folder', () => {
    expect(loadPresetFolder(join(folder, 'none'))).toEqual([])
  })

  test('passes over what belongs to the package', () => {
    writeFileSync(join(folder, 'schema.json'), '{}')
    mkdirSync(join(folder, 'dist'))
    writeFileSync(join(folder, 'dist', 'x.json'), '{}')
    expect(loadPresetFolder(folder)).toEqual([])
  })

  test('refuses a file in the place of another device', () => {
    const path = writePresetFile(folder, FILE)
    const moved = join(folder, 'nvidia/sm_90/h200-sxm')
    mkdirSync(moved)
    writeFileSync(join(moved, 'recurrent-fused-forward-cuda.json'), readFileSync(path))
    expect(() => loadPresetFolder(folder)).toThrow(
      /h200-sxm\/.*: the presets are those of nvidia\/sm_90\/h100-sxm\/.*; move the file there$/,
    )
  })
})

function without<K extends keyof PresetFile>(file: PresetFile, key: K): Omit<PresetFile, K> {
  const { [key]: _, ...rest } = file
  return rest
}

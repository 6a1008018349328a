import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { canonicalJson } from './canonical.ts'
import { PresetError } from './errors.ts'
import { mergePresets } from './merge.ts'
import { notJson, wrongPlace } from './messages.ts'
import { presetPath } from './path.ts'
import type { PresetFile } from './preset.ts'
import { readPresetFile } from './read.ts'

/** Reads one preset file; throws `E_PRESET` when it is not one, and what the file system throws when it is not there. */
export function loadPresetFile(path: string): PresetFile {
  return readPresetFile(parsed(readFileSync(path, 'utf8'), path), path)
}

/**
 * Every preset file below a folder such as `tuned/`, in the order of their paths. Throws `E_PRESET` for a file that is
 * wrong or lies in another device's place; a folder that does not exist holds none. `schema.json`, `package.json` and
 * build output at the top are no presets.
 */
export function loadPresetFolder(folder: string): readonly PresetFile[] {
  return presetPaths(folder).map((path) => {
    const file = loadPresetFile(path)
    const wanted = presetPath(file, file)
    if (relative(folder, path).split(sep).join('/') !== wanted) throw new PresetError(wrongPlace(path, wanted))
    return file
  })
}

/**
 * Adds presets to the folder's file for their device and kernel, which is made where there is none; returns its path.
 * What is there is kept by the rule of `mergePresets`. The file is replaced in one step, so a reader sees the old one
 * or the new one; of two writers at once the later one wins.
 */
export function writePresetFile(folder: string, file: PresetFile): string {
  const path = join(folder, presetPath(file, file))
  const checked = readPresetFile(file, path)
  const present = presentFile(path)
  const merged =
    present === undefined ? mergePresets({ ...checked, presets: [] }, checked) : mergePresets(present, checked)
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, canonicalJson(merged))
    renameSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
  return path
}

function presetPaths(folder: string): readonly string[] {
  return entries(folder)
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => relative(folder, path).split(sep).length > 1)
    .filter((path) => !/^(dist|node_modules)$/.test(relative(folder, path).split(sep)[0]!))
    .toSorted()
}

function entries(folder: string): ReturnType<typeof listed> {
  try {
    return listed(folder)
  } catch (cause) {
    if (isMissing(cause)) return []
    throw cause
  }
}

function listed(folder: string): readonly { readonly name: string; readonly parentPath: string; isFile(): boolean }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
}

function presentFile(path: string): PresetFile | undefined {
  try {
    return loadPresetFile(path)
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw cause
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PresetError(notJson(path, cause instanceof Error ? cause.message : String(cause)))
  }
}

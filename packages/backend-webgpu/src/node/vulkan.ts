import { existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import koffi from 'koffi'

// A library that is garbage collected is closed; these have to stay for as long as Dawn may ask for them.
const loaded: unknown[] = []
const used = new Set<string>()

/** The folder of an unpacked driver (`lib/`, `icd/*.json`): `TILEWRIGHT_VULKAN`, else this project's cache, if it is there. */
export function driverFolder(): string | undefined {
  const given = process.env['TILEWRIGHT_VULKAN']
  if (given) return existsSync(join(given, 'icd')) ? resolve(given) : undefined
  for (const folder of upwards(dirname(fileURLToPath(import.meta.url)))) {
    const cached = join(folder, 'node_modules/.cache/tilewright/vulkan')
    if (existsSync(join(cached, 'icd'))) return cached
  }
  return undefined
}

/** Whether the system has a Vulkan loader and the manifest of some driver. That the driver suits Dawn is not said. */
export function systemHasVulkan(): boolean {
  const named = process.env['VK_ICD_FILENAMES'] ?? process.env['VK_DRIVER_FILES']
  const folders = ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d']
  const hasManifest =
    named !== undefined || folders.some((folder) => filesIn(folder).some((name) => name.endsWith('.json')))
  return hasManifest && load('libvulkan.so.1')
}

/**
 * Makes this process use the driver in `folder`: call it before Dawn is created. Gives the libraries that could not be
 * loaded, which is none unless the folder is incomplete.
 *
 * `LD_LIBRARY_PATH` is read once, when a process starts. But the dynamic linker, asked for a name without a slash, takes
 * a library that is already in the process under that name: so each one of the folder is loaded by its path, and Dawn's
 * and the driver's own requests find them.
 */
export function useDriver(folder: string): readonly string[] {
  if (used.has(folder)) return []
  const lib = join(folder, 'lib')
  // Names that other libraries ask for end in a number. The drivers themselves are for Vulkan's loader to load.
  let waiting: readonly string[] = filesIn(lib).filter((name) => /\.so\.\d+$/.test(name))
  for (let before = -1; waiting.length !== before && waiting.length > 0;) {
    before = waiting.length
    // A library whose dependencies are not in the process yet fails now and succeeds in a later round.
    waiting = waiting.filter((name) => !load(join(lib, name)))
  }
  const icd = join(folder, 'icd')
  // lavapipe before SwiftShader, which lacks shader-f16.
  const manifests = filesIn(icd)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
  process.env['VK_ICD_FILENAMES'] = manifests.map((name) => join(icd, name)).join(':')
  // Mesa complains without the first, and compiles every shader again in every process without the second.
  process.env['XDG_RUNTIME_DIR'] ??= mkdtempSync(join(tmpdir(), 'tilewright-'))
  if (process.env['MESA_SHADER_CACHE_DIR'] === undefined) {
    const cache = join(dirname(folder), 'mesa')
    mkdirSync(cache, { recursive: true })
    process.env['MESA_SHADER_CACHE_DIR'] = cache
  }
  used.add(folder)
  return waiting
}

function load(path: string): boolean {
  try {
    loaded.push(koffi.load(path, { lazy: true }))
    return true
  } catch {
    return false
  }
}

function filesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

function* upwards(folder: string): Generator<string> {
  yield folder
  const parent = dirname(folder)
  if (parent !== folder) yield* upwards(parent)
}

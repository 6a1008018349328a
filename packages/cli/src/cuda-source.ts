import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { usage } from './exit-code.ts'

/** CUDA source with what it includes by quotes, and nvcc's flags for it. */
export interface CudaSource {
  readonly text: string
  readonly includes: readonly string[]
  readonly flags: readonly string[]
}

/** Reads a `.cu` file; its own folder is searched for what it includes, then the others. */
export function readCudaSource(
  path: string,
  { define = [], include = [] }: { readonly define?: readonly string[]; readonly include?: readonly string[] },
): CudaSource {
  if (!existsSync(path)) throw usage(`${path}: there is no such file; name a CUDA source`)
  const folders = [dirname(resolve(path)), ...include.map((folder) => resolve(folder))]
  const found = new Map<string, string>()
  const text = readFileSync(path, 'utf8')
  collect(text, folders, found)
  return {
    text,
    includes: [...found].flat(),
    flags: [...define.map((macro) => `-D${macro}`), ...folders.map((folder) => `-I${folder}`)],
  }
}

// Where a name is not found, nvcc says so.
function collect(text: string, folders: readonly string[], found: Map<string, string>): void {
  for (const [, name] of text.matchAll(/^\s*#\s*include\s*"([^"]+)"/gm)) {
    const file = folders.map((folder) => resolve(folder, name!)).find(existsSync)
    if (file === undefined || found.has(file)) continue
    const included = readFileSync(file, 'utf8')
    found.set(file, included)
    collect(included, [dirname(file), ...folders], found)
  }
}

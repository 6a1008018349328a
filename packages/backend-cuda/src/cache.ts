import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/**
 * A folder of results by the hash of what they were made from. An entry is a folder that appears whole or not at all,
 * so that processes share the cache and one that is killed leaves nothing half made.
 */
export interface Cache {
  readonly folder: string
  /**
   * The folder of the entry `kind` made from `parts`. Where there is none, `make` fills an empty folder, which becomes
   * the entry when it returns true. Anything else that it returns is what went wrong: the folder is thrown away, and all
   * who asked meanwhile get that instead.
   */
  entry<F>(
    kind: string,
    parts: readonly string[],
    make: (folder: string) => Promise<true | F>,
  ): Promise<string | Exclude<F, true>>
}

/**
 * `.cache/tilewright/cuda` in the nearest `node_modules` at or above the working directory, else in the system's
 * folder.
 */
export function defaultCacheFolder(): string {
  for (let folder = resolve('.'); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules'))) return join(folder, 'node_modules', '.cache', 'tilewright', 'cuda')
    if (dirname(folder) === folder) return join(tmpdir(), 'tilewright-cuda')
  }
}

const open = new Map<string, Cache>()

/**
 * The cache in that folder; the same object for the same folder, so that one process never makes an entry twice at
 * once.
 */
export function openCache(folder: string = defaultCacheFolder()): Cache {
  const place = resolve(folder)
  const cache = open.get(place) ?? makeCache(place)
  open.set(place, cache)
  return cache
}

function makeCache(folder: string): Cache {
  const pending = new Map<string, Promise<unknown>>()
  return {
    folder,
    entry<F>(
      kind: string,
      parts: readonly string[],
      make: (folder: string) => Promise<true | F>,
    ): Promise<string | Exclude<F, true>> {
      const target = join(folder, `${kind}-${hashOf(parts)}`)
      // Of one kind, all entries fail alike.
      const running = pending.get(target) as Promise<string | Exclude<F, true>> | undefined
      if (running !== undefined) return running
      const made = makeEntry(folder, target, make).finally(() => pending.delete(target))
      pending.set(target, made)
      return made
    },
  }
}

async function makeEntry<F>(
  folder: string,
  target: string,
  make: (folder: string) => Promise<true | F>,
): Promise<string | Exclude<F, true>> {
  if (existsSync(target)) return target
  await mkdir(folder, { recursive: true })
  const draft = await mkdtemp(join(folder, 'draft-'))
  try {
    const made = await make(draft)
    if (made !== true) return made as Exclude<F, true>
    await rename(draft, target).catch((cause: unknown) => {
      // Another process was first; its entry was made from the same parts.
      if (!existsSync(target)) throw cause
    })
    return target
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** SHA-256, hex, of the parts; where one part ends and the next begins counts. */
export function hashOf(parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}\n`).update(part)
  return hash.digest('hex')
}

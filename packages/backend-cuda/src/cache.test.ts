import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultCacheFolder, hashOf, openCache } from './cache.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tilewright-cache-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('an entry is made once, also when asked for twice at once', async () => {
  const cache = openCache(join(folder, 'once'))
  let made = 0
  const make = async (draft: string): Promise<true> => {
    made++
    await writeFile(join(draft, 'text'), 'hello')
    return true
  }
  const entries = await Promise.all([cache.entry('a', ['x', 'y'], make), cache.entry('a', ['x', 'y'], make)])
  expect(await cache.entry('a', ['x', 'y'], make)).toBe(entries[0])
  expect(entries[1]).toBe(entries[0])
  expect(made).toBe(1)
  expect(await readFile(join(entries[0], 'text'), 'utf8')).toBe('hello')
})

test('other parts are another entry, however they are divided', async () => {
  expect(hashOf(['ab', 'c'])).not.toBe(hashOf(['a', 'bc']))
  const cache = openCache(join(folder, 'other'))
  const [a, b] = await Promise.all([
    cache.entry('k', ['ab', 'c'], async (): Promise<true> => true),
    cache.entry('k', ['a', 'bc'], async (): Promise<true> => true),
  ])
  expect(a).not.toBe(b)
})

test('what fails is told to all who asked, leaves nothing behind and is made anew', async () => {
  const cache = openCache(join(folder, 'failed'))
  const make = async (): Promise<true | { readonly why: string }> => ({ why: 'too long' })
  const entries = await Promise.all([cache.entry('a', ['x'], make), cache.entry('a', ['x'], make)])
  expect(entries).toEqual([{ why: 'too long' }, { why: 'too long' }])
  expect(await cache.entry('a', ['x'], async (): Promise<true> => true)).toMatch(/failed\/a-/)
})

test('what throws leaves nothing behind', async () => {
  const cache = openCache(join(folder, 'thrown'))
  await expect(cache.entry('a', ['x'], () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await readdir(cache.folder)).toEqual([])
})

test('an entry that another process made first is taken', async () => {
  const cache = openCache(join(folder, 'raced'))
  const entry = await cache.entry('a', ['x'], async () => {
    // As another process would, between our look and our rename.
    await openCache(join(folder, 'raced/.')).entry('b', [], async (): Promise<true> => true)
    const target = `a-${hashOf(['x'])}`
    const { mkdir } = await import('node:fs/promises')
    await mkdir(join(cache.folder, target))
    await writeFile(join(cache.folder, target, 'theirs'), '')
    return true as const
  })
  expect(existsSync(join(entry, 'theirs'))).toBe(true)
  expect((await readdir(cache.folder)).filter((name) => name.startsWith('draft'))).toEqual([])
})

test('the default folder lies in the nearest node_modules', () => {
  expect(defaultCacheFolder()).toMatch(/node_modules\/\.cache\/tilewright\/cuda$/)
})

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { all, bind, count, readSearchSpace, sample, SpaceError, violated } from '../index.ts'

const folder = new URL('../../data/search-spaces/', import.meta.url)
const documents = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')))

describe.each(documents.map((document) => [document.name as string, document] as const))('%s', (_name, document) => {
  const space = bind(readSearchSpace(document), {})

  test('has the published number of configurations', () => {
    expect(count(space)).toBe(BigInt(document.valid))
  })

  test('lists as many, if it is one to list', () => {
    if (document.group === 'challenge')
      expect(sample(space, 10, 1).every((row) => violated(space, row).length === 0)).toBe(true)
    else expect(all(space).length).toBe(document.valid)
  })
})

test('what is not a search space is refused by name', () => {
  expect(() => readSearchSpace({ format: 'x' })).toThrow('search-space.json: format is "x", not "search-space/1"')
  expect(() => readSearchSpace({ format: 'search-space/1', params: [{ name: 'A' }], constraints: [] })).toThrow(
    'A has neither values nor a range',
  )
  expect(() => readSearchSpace(null)).toThrow(SpaceError)
})

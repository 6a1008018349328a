import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bind, first, parse, SpaceError } from '../index.ts'
import { patience, runs } from '../soak.fixture.ts'

const templates = new URL('../../../../templates/', import.meta.url)
const files = readdirSync(templates, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.space') && !name.includes('node_modules') && !name.startsWith('dist'))
  // Few values each, so that what is slow is slow for another reason than the size of the space.
  .map((name) => readFileSync(new URL(name, templates), 'utf8').replace(/^(param +\w+ +in ).*/gm, '$1[1, 2, 4]'))
const words = [...new Set(files.flatMap((text) => text.match(/\w+|[^\s\w]+/g) ?? [])), '^', '(', '0', '-', 'if', '..']

interface Mutation {
  readonly kind: 'replace' | 'insert' | 'remove' | 'cut' | 'swap'
  readonly at: number
  readonly to: number
  readonly word: string
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('replace', 'insert', 'remove', 'cut', 'swap'),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  to: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  word: fc.constantFrom(...words),
})

/** One change in a text's words; comments and blanks are words too. */
function mutated(text: string, { kind, at, to, word }: Mutation): string {
  const parts = text.match(/#.*|\s+|\w+|"[^"\n]*"|[^\s\w]/g) ?? []
  const i = Math.floor(at * parts.length)
  const j = Math.floor(to * parts.length)
  if (kind === 'replace') parts[i] = word
  if (kind === 'insert') parts.splice(i, 0, ` ${word} `)
  if (kind === 'remove') parts.splice(i, 1)
  if (kind === 'cut') parts.splice(i, Math.min(40, j))
  if (kind === 'swap') [parts[i], parts[j]] = [parts[j] ?? '', parts[i] ?? '']
  return parts.join('')
}

test('a damaged rule file is refused or solved, nothing else', patience(120_000), () => {
  expect(files.length).toBeGreaterThan(3)
  let [refused, solved, slowest] = [0, 0, 0]
  const property = fc.property(
    fc.constantFrom(...files),
    fc.array(mutation, { minLength: 1, maxLength: 3 }),
    fc.integer({ min: -3, max: 4096 }),
    (file, changes, given) => {
      const text = changes.reduce(mutated, file)
      const start = performance.now()
      try {
        const model = parse(text)
        first(bind(model, Object.fromEntries(model.givens.map((name, i) => [name, i % 3 === 0 ? given : 1 + i * 37]))))
        solved++
      } catch (error) {
        if (!(error instanceof SpaceError)) throw error
        refused++
      }
      slowest = Math.max(slowest, performance.now() - start)
    },
  )
  fc.assert(property, { seed: 20_270_314, ...runs(2_000) })
  // More than a second for one file would be a hang to whoever typed it; a shared machine may take some of it.
  if (process.env['SOAK'])
    process.stdout.write(`refused ${refused}, solved ${solved}, slowest ${Math.round(slowest)} ms\n`)
  // Both happen, or this tests less than it says.
  expect(Math.min(refused, solved)).toBeGreaterThan(100)
})

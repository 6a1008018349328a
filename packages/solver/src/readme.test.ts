import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bind, count, parse } from './index.ts'
import * as solver from './index.ts'
import * as writer from './language/rule-writer.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const blocks = (language: string): readonly string[] =>
  [...readme.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].filter(([, name]) => name === language).map(([, , text]) => text!)

test('every rule file of the README is understood and has solutions', () => {
  expect(blocks('space')).toHaveLength(2)
  for (const text of blocks('space')) {
    const model = parse(text)
    const values: Record<string, number> = { HEAD_DIM: 768, SMS: 132, N: 12 }
    const space = bind(model, Object.fromEntries(model.givens.map((name) => [name, values[name]!])))
    expect(count(space)).toBeGreaterThan(0n)
  }
})

test('the programs of the README find what their comments say', () => {
  const [rules] = blocks('space')
  const programs = blocks('ts')
  expect(programs).toHaveLength(2)
  const names = { ...solver, ...writer, text: rules }
  for (const program of programs) {
    const lines = program.split('\n').filter((line) => line !== '' && !line.startsWith('import'))
    const told = lines.flatMap((line) => line.split(' // ')[1] ?? [])
    const body = lines.map((line) => line.replace(/!/g, '').replace(/^(.*) \/\/ .*$/, 'found.push($1)')).join('\n')
    const run = new Function(...Object.keys(names), `const found = []\n${body}\nreturn found`)
    const found = run(...Object.values(names)) as readonly unknown[]
    expect(told).toHaveLength(2)
    const shown = found.map((value) => (typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)))
    expect(shown).toEqual(
      told.map((line) => (line.startsWith('"') ? line : line.replace(/(\w+):/g, '"$1":').replace(/\s/g, ''))),
    )
  }
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('the main entry imports nothing of node, the store does', () => {
  const builtins = (entry: string): readonly string[] =>
    [...reachable(entry)].filter((name) => name.startsWith('node:'))
  expect(builtins('./index.ts')).toEqual([])
  expect(builtins('./store.ts')).toContain('node:fs')
})

/** Everything that a module imports for its values, through this package's own modules. */
function reachable(entry: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  if (seen.has(entry)) return seen
  seen.add(entry)
  if (!entry.startsWith('./')) return seen
  const text = readFileSync(join(import.meta.dirname, entry), 'utf8')
  const statements = text.matchAll(/^(?:import|export) (?!type)[^'\n]*(?:\n[^']*?)?from '([^']+)'/gm)
  for (const [, name] of statements) reachable(name!, seen)
  return seen
}

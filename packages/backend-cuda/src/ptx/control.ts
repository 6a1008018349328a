import { cppName } from './types.ts'
import { rule } from './scope.ts'
import type { Rule } from './scope.ts'

/** C++ label of a PTX label. */
export function labelOf(name: string): string {
  return `L${cppName(name)}`
}

// call{.uni} (results), function, (arguments); either list may be missing.
const call: Rule = rule('uni', ({ operands }, scope) => {
  const named = operands.findIndex((operand) => scope.functions.has(operand))
  if (named < 0) return undefined
  const values = [...operands.slice(0, named), ...operands.slice(named + 1)].flatMap((list) =>
    list
      .replaceAll(/[()]/g, '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
  const pointers = values.map((name) => scope.parameters.get(name))
  if (pointers.includes(undefined)) return undefined
  return `${scope.functions.get(operands[named]!)}(${['t', ...pointers].join(', ')});`
})

/** Instructions that say what is executed next. */
export const CONTROL: Readonly<Record<string, Rule>> = {
  bra: rule('uni', ({ operands }) => `goto ${labelOf(operands[0]!)};`),
  ret: rule('uni', () => 'return;'),
  exit: rule('', (_, scope) => (scope.isEntry ? 'return;' : undefined)),
  call,
  trap: rule('', (_, scope) => `fail(t, ${scope.place}, "trap", "traps");`),
  brkpt: rule('', () => ''),
  nanosleep: rule('', (_, scope) => `spin(t, ${scope.place});`),
}

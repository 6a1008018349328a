import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  add,
  backwardStep,
  cell,
  defineCell,
  mul,
  named,
  preactivation,
  printExpressions,
  registerCell,
} from './index.ts'
import { sigmoid, state, sub, tanh } from './index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('the example prints what the README shows', () => {
  const [, shown] = /```c\n([\s\S]*?)```/.exec(readme)!
  expect(`${example().join('\n')}\n`).toBe(shown)
  expect(cell('leaky').kind).toBe('recurrent')
})

test('the example is the one that the README shows', () => {
  const [, shown] = /```ts\nimport[^\n]*\nimport[^\n]*\n([\s\S]*?)```/.exec(readme)!
  const source = readFileSync(new URL(import.meta.url), 'utf8')
  const [, body] = /\/\/ begin\n([\s\S]*?)  \/\/ end/.exec(source)!
  expect(body!.replace(/^ {2}/gm, '').trim()).toBe(shown!.trim())
})

function example(): readonly string[] {
  // begin
  const z = named('z', sigmoid(preactivation('z'))) // preactivation: Wx + Ry + b
  const v = named('v', tanh(preactivation('v')))
  const leaky = defineCell({
    kind: 'recurrent',
    name: 'leaky',
    states: ['h'],
    inputGates: ['z', 'v'],
    recurrentGates: ['z', 'v'],
    biasGates: ['z', 'v'],
    next: { h: named('h_new', add(mul(z, state('h')), mul(sub(1, z), v))) },
  })
  registerCell(leaky) // from here on cell('leaky') finds it

  const step = backwardStep(leaky, ['z', 'v']) // z and v are read back, not recomputed
  const { lines } = printExpressions(
    { d_z: step.Wx.z!, d_v: step.Wx.v!, d_h: step.states.h! },
    { target: 'cuda', leaf: ({ kind, name }) => (kind === 'gradient' ? `grad_${name}` : name) },
  )
  // end
  return lines
}

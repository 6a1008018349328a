import { read, rule, write } from './scope.ts'
import type { Rule } from './scope.ts'
import { typeOf } from './types.ts'

/** f16 and bf16, single and packed in pairs: a function of the runtime for each half. */
function halfRule(name: string): Rule {
  return rule('rn approx', ({ operands, types }, scope) => {
    const type = typeOf(types[0])!
    if (types.length !== 1 || type.cpp === 'TF32') return undefined
    const [target, ...sources] = operands
    const values = sources.map((source) => read(source, type, scope))
    const call = (part: string): string =>
      `${name}Half<${type.cpp}>(${values.map((value) => `${part}(${value})`).join(', ')})`
    return write(target!, type, type.bits === 16 ? call('') : `packed(${call('lowHalf')}, ${call('highHalf')})`, scope)
  })
}

/** By the name of the instruction. */
export const halfRules: Readonly<Record<string, Rule>> = Object.fromEntries(
  ['add', 'sub', 'mul', 'fma', 'min', 'max', 'neg', 'abs', 'ex2', 'tanh'].map((name) => [name, halfRule(name)]),
)

import { read, rule, write } from './scope.ts'
import type { Rule } from './scope.ts'
import { typeOf } from './types.ts'

/** f16 and bf16, single and packed in pairs: a function of the runtime for each half. */
function halfRule(name: string, more: string): Rule {
  return rule(`rn approx ${more}`, ({ operands, modifiers, types }, scope) => {
    const type = typeOf(types[0])!
    if (types.length !== 1 || type.cpp === 'TF32') return undefined
    const [target, ...sources] = operands
    const values = sources.map((source) => read(source, type, scope))
    const options = modifiers.includes('NaN') ? ['true'] : []
    const call = (part: string): string => {
      const parts = values.map((value) => `${part}(${value})`)
      const result = `${name}Half<${type.cpp}>(${[...parts, ...options].join(', ')})`
      return modifiers.includes('sat') ? `saturateHalf<${type.cpp}>(${result})` : result
    }
    return write(target!, type, type.bits === 16 ? call('') : `packed(${call('lowHalf')}, ${call('highHalf')})`, scope)
  })
}

const MODIFIERS: Readonly<Record<string, string>> = {
  ...{ add: 'sat', sub: 'sat', mul: 'sat', fma: 'sat' },
  ...{ min: 'NaN', max: 'NaN' },
  ...{ neg: '', abs: '', ex2: '', tanh: '' },
}

/** By the name of the instruction. */
export const halfRules: Readonly<Record<string, Rule>> = Object.fromEntries(
  Object.entries(MODIFIERS).map(([name, more]) => [name, halfRule(name, more)]),
)

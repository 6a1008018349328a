import { rounded } from './rounding.ts'
import { read, rule, write } from './scope.ts'
import type { Rule } from './scope.ts'
import { typeOf } from './types.ts'
import type { ValueType } from './types.ts'

const TO_INTEGRAL: Readonly<Record<string, string>> = { rni: 'rint', rzi: 'trunc', rmi: 'floor', rpi: 'ceil' }

/** C++ for the source of a conversion, computed as a number; halves become floats. */
function number(value: string, type: ValueType): string {
  return type.kind === 'half' ? `${type.cpp}::load(${value})` : value
}

const cvt: Rule = rule('rn rz rm rp rni rzi rmi rpi ftz sat', ({ operands, modifiers, types }, scope) => {
  const [to, from] = types.map(typeOf) as [ValueType, ValueType]
  if (types.length !== 2) return undefined
  const [target, source, second] = operands as [string, string, string | undefined]
  const has = (word: string): boolean => modifiers.includes(word)
  if (to.kind === 'half' && to.bits === 32) {
    if (to.cpp === 'TF32') return undefined
    // The first operand is the upper half.
    if (from.cpp !== 'float' || !has('rn') || second === undefined || modifiers.length > 1) return undefined
    const half = (operand: string): string => `${to.cpp}::store(${read(operand, from, scope)})`
    return write(target, to, `packed(${half(second)}, ${half(source)})`, scope)
  }
  if (second !== undefined || from.cpp === 'TF32' || (from.kind === 'half' && from.bits === 32)) return undefined
  let value = number(read(source, from, scope), from)
  if (has('ftz') && from.cpp === 'float') value = `flush(${value})`
  const fromFloat = from.kind === 'float' || from.kind === 'half'
  const integral = modifiers.map((word) => TO_INTEGRAL[word]).find((name) => name !== undefined)
  if (integral !== undefined && fromFloat) value = `${integral}${from.cpp === 'double' ? '' : 'f'}(${value})`
  if (to.kind === 'half') {
    if (has('rm') || has('rp') || has('sat') || has('ftz')) return undefined
    if (has('rz'))
      return from.cpp === 'float' ? write(target, to, `${to.cpp}::storeTowardsZero(${value})`, scope) : undefined
    // An integer may have more digits than a float: rounding twice would show.
    return write(
      target,
      to,
      `${to.cpp}::store(${fromFloat && from.cpp !== 'double' ? value : `(double)${value}`})`,
      scope,
    )
  }
  if (to.kind === 'float') {
    let result = rounded(modifiers, [value], ([a]) => `(${to.cpp})${a}`)
    if (has('ftz') && to.bits === 32) result = `flush(${result})`
    return write(target, to, has('sat') ? `saturate<${to.cpp}>(${result})` : result, scope)
  }
  if (fromFloat) return integral === undefined ? undefined : write(target, to, `toInteger<${to.cpp}>(${value})`, scope)
  return write(target, to, has('sat') ? `clampInteger<${to.cpp}>(${value})` : value, scope)
})

// tf32 has the exponent of a float and 10 digits: rounded to nearest, ties away from zero.
const toTf32: Rule = rule('rna', ({ operands }, scope) => {
  const value = read(operands[1]!, typeOf('f32')!, scope)
  return write(operands[0]!, typeOf('b32')!, `(bits<uint32_t>(${value}) + 0x1000) & 0xFFFFE000`, scope)
})

/** Instructions that change the type of a value. */
export const CONVERSIONS: Readonly<Record<string, Rule>> = {
  cvt: (operation, scope) => (operation.types[0] === 'tf32' ? toTf32 : cvt)(operation, scope),
}

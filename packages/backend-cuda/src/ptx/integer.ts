import { read, rule, write } from './scope.ts'
import type { Rule, Scope } from './scope.ts'
import { typeOf } from './types.ts'
import type { ValueType } from './types.ts'

const WORD = typeOf('u32')!
const SIGNED_WORD = typeOf('s32')!

/** The same size without a sign: what C++ computes in when it must wrap. */
export function unsignedOf(type: ValueType): ValueType {
  return type.kind === 'signed' ? typeOf(`u${type.bits}`)! : type
}

/** The variable of a function that holds the carry between instructions. */
export const CARRY = 'carry'

/** Whether an opcode writes or reads the carry: `add.cc.u32`, `addc.u32`, `madc.hi.cc.u32`. */
export function usesCarry(opcode: string): boolean {
  return /^(addc|subc|madc)\b|\.cc\b/.test(opcode)
}

// add{c}{.cc}, sub{c}{.cc}, mad{c}.lo/hi{.cc}
export const carried: Rule = rule('cc lo hi', ({ name, operands, modifiers, types }, scope) => {
  const type = typeOf(types[0])!
  const unsigned = unsignedOf(type)
  const [target, ...sources] = operands as [string, string, string, string?]
  const plain = (operand: string): string => read(operand, unsigned, scope)
  let values = sources.map((source) => plain(source!))
  if (name.startsWith('mad')) {
    const [a, b] = sources.map((source) => read(source!, type, scope))
    const product = modifiers.includes('hi')
      ? `(${unsigned.cpp})mulHigh(${a}, ${b})`
      : `(${unsigned.cpp})(${values[0]} * ${values[1]})`
    values = [product, values[2]!]
  }
  const apply = name.startsWith('sub') ? 'subBorrowed' : 'addCarried'
  const out = modifiers.includes('cc') ? `&${CARRY}` : 'nullptr'
  const value = `${apply}<${unsigned.cpp}>(${values.join(', ')}, ${name.endsWith('c') ? CARRY : 'false'}, ${out})`
  return write(target, unsigned, value, scope)
})

// add.sat.s32, sub.sat.s32
export const saturating = (operator: string): Rule =>
  rule('sat', ({ operands, types }, scope) => {
    if (types[0] !== 's32') return undefined
    const [a, b] = operands.slice(1).map((operand) => `(int64_t)${read(operand, SIGNED_WORD, scope)}`)
    return write(operands[0]!, SIGNED_WORD, `clampInteger<int32_t>(${a} ${operator} ${b})`, scope)
  })

// mul24.lo/hi, mad24.lo/hi: the lower 24 bits of each, and of the product the lower or the upper 32 of 48.
const multiply24: Rule = rule('lo hi', ({ operands, modifiers, types }, scope) => {
  const type = typeOf(types[0])!
  if (type.bits !== 32) return undefined
  const [target, a, b, c] = operands as [string, string, string, string?]
  const product = `low24(${read(a, type, scope)}) * low24(${read(b, type, scope)})`
  const part = `(uint32_t)((${product})${modifiers[0] === 'hi' ? ' >> 16' : ''})`
  return write(target, WORD, c === undefined ? part : `${part} + ${read(c, WORD, scope)}`, scope)
})

const sumOfDifferences: Rule = rule('', ({ operands, types }, scope) => {
  const type = typeOf(types[0])!
  const unsigned = unsignedOf(type)
  const [target, a, b, c] = operands as [string, string, string, string]
  const difference = `absoluteDifference<${type.cpp}, ${unsigned.cpp}>(${read(a, type, scope)}, ${read(b, type, scope)})`
  return write(target, unsigned, `${difference} + ${read(c, unsigned, scope)}`, scope)
})

// dp4a.atype.btype, dp2a.lo/hi.atype.btype; operands are words, whatever the types of their parts.
const dot = (call: (a: string, b: string, signs: readonly string[], isHigh: boolean) => string): Rule =>
  rule('lo hi', ({ operands, modifiers, types }, scope) => {
    if (types.length !== 2) return undefined
    const [a, b, c] = operands.slice(1).map((operand) => read(operand, WORD, scope)) as [string, string, string]
    const signs = types.map((type) => (type === 's32' ? '' : 'u'))
    return write(operands[0]!, WORD, `${call(a, b, signs, modifiers.includes('hi'))} + ${c}`, scope)
  })

// slct.type.s32/f32: the first where the third is not negative; a NaN chooses the second.
const chooseBySign: Rule = rule('', ({ operands, types }, scope) => {
  if (types.length !== 2) return undefined
  const [type, sign] = types.map(typeOf) as [ValueType, ValueType]
  const [target, a, b, c] = operands as [string, string, string, string]
  return write(target, type, `${read(c, sign, scope)} >= 0 ? ${read(a, type, scope)} : ${read(b, type, scope)}`, scope)
})

const words = (operands: readonly string[], scope: Scope): readonly string[] =>
  operands.slice(1).map((operand) => read(operand, WORD, scope))

const PERMUTES = ['f4e', 'b4e', 'rc8', 'ecl', 'ecr', 'rc16']

const permute: Rule = rule(PERMUTES.join(' '), ({ operands, modifiers }, scope) => {
  const list = words(operands, scope).join(', ')
  const mode = modifiers[0]
  return write(
    operands[0]!,
    WORD,
    mode === undefined ? `permute(${list})` : `permuteAs(Permute::${mode}, ${list})`,
    scope,
  )
})

const nthSet: Rule = rule('', ({ operands }, scope) => {
  const [target, mask, base, offset] = operands as [string, string, string, string]
  const value = `nthSet(${read(mask, WORD, scope)}, ${read(base, WORD, scope)}, ${read(offset, SIGNED_WORD, scope)})`
  return write(target, WORD, value, scope)
})

const bitMask: Rule = rule('clamp wrap', ({ operands, modifiers }, scope) =>
  write(operands[0]!, WORD, `bitMask(${words(operands, scope).join(', ')}, ${modifiers[0] === 'clamp'})`, scope),
)

const extend: Rule = rule('clamp wrap', ({ operands, modifiers, types }, scope) => {
  const type = typeOf(types[0])!
  const [target, a, width] = operands as [string, string, string]
  const values = `${read(a, type, scope)}, ${read(width, WORD, scope)}`
  return write(target, type, `extended<${type.cpp}>(${values}, ${modifiers[0] === 'clamp'})`, scope)
})

/** Integer instructions that C++ has no operator for. */
export const INTEGER_RULES: Readonly<Record<string, Rule>> = {
  addc: carried,
  subc: carried,
  madc: carried,
  mul24: multiply24,
  mad24: multiply24,
  sad: sumOfDifferences,
  dp4a: dot((a, b, [s, t]) => `dotBytes<${s}int8_t, ${t}int8_t>(${a}, ${b})`),
  dp2a: dot((a, b, [s, t], isHigh) => `dotPair<${s}int16_t, ${t}int8_t>(${a}, ${b}${isHigh ? ' >> 16' : ''})`),
  slct: chooseBySign,
  prmt: permute,
  fns: nthSet,
  bmsk: bitMask,
  szext: extend,
}

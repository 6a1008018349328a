import { COMPARISON_RULES } from './compare.ts'
import { halfRules } from './half.ts'
import { carried, INTEGER_RULES, saturating, unsignedOf } from './integer.ts'
import { rounded } from './rounding.ts'
import { members, read, rule, write } from './scope.ts'
import type { Operation, Rule } from './scope.ts'
import { typeOf } from './types.ts'
import type { ValueType } from './types.ts'

/** The last type of the opcode, which is that of the operation. */
function mainType(operation: Operation): ValueType {
  return typeOf(operation.types.at(-1))!
}

/** An operation on values of one type, written as an expression of its operands. */
function expression(
  modifiers: string,
  make: (operands: readonly string[], type: ValueType, operation: Operation) => string | undefined,
  options: { readonly wraps?: boolean; readonly kinds?: string } = {},
): Rule {
  return rule(modifiers, (operation, scope) => {
    const declared = mainType(operation)
    if (operation.types.length !== 1 || !(options.kinds ?? 'unsigned signed').includes(declared.kind)) return undefined
    const type = options.wraps ? unsignedOf(declared) : declared
    const [target, ...sources] = operation.operands
    const value = make(
      sources.map((source) => read(source, type, scope)),
      type,
      operation,
    )
    return value === undefined ? undefined : write(target!, type, value, scope)
  })
}

/** A floating-point operation with PTX's modifiers: flushing of subnormals, and saturation. */
function floating(modifiers: string, make: (operands: readonly string[], type: ValueType) => string): Rule {
  return expression(
    `${modifiers} rn ftz sat`,
    (operands, type, { modifiers: words }) => {
      if (type.bits === 64 && words.includes('approx')) return undefined
      const inputs = words.includes('ftz') ? operands.map((operand) => `flush(${operand})`) : operands
      let value = rounded(words, inputs, (names) => make(names, type))
      if (words.includes('ftz')) value = `flush(${value})`
      return words.includes('sat') ? `saturate<${type.cpp}>(${value})` : value
    },
    { kinds: 'float' },
  )
}

/** One that IEEE 754 defines, in each of its roundings. */
const exact = (modifiers: string, make: (operands: readonly string[], type: ValueType) => string): Rule =>
  floating(`${modifiers} rz rm rp`, make)

/** The C library's function for the type: `sqrtf` or `sqrt`. */
function library(name: string): (operands: readonly string[], type: ValueType) => string {
  return (operands, type) => `${name}${type.bits === 32 ? 'f' : ''}(${operands.join(', ')})`
}

/** Chooses by the kind of the operation's type. */
function byKind(rules: { readonly integer?: Rule; readonly float?: Rule; readonly half?: Rule }): Rule {
  return (operation, scope) => {
    const kind = typeOf(operation.types.at(-1))?.kind
    const chosen = kind === 'float' ? rules.float : kind === 'half' ? rules.half : rules.integer
    return chosen?.(operation, scope)
  }
}

const multiplyInteger: Rule = rule('lo hi wide sat cc', (operation, scope) => {
  const { operands, modifiers, types } = operation
  if (modifiers.includes('cc')) return carried(operation, scope)
  const type = typeOf(types[0])!
  const [target, a, b, c] = operands as [string, string, string, string | undefined]
  if (modifiers.includes('sat') && modifiers[0] !== 'hi') return undefined
  if (modifiers[0] === 'wide') {
    const wide = typeOf(`${types[0]![0]}${type.bits * 2}`)!
    const unsigned = unsignedOf(wide)
    const product = `(${unsigned.cpp})((${wide.cpp})${read(a, type, scope)} * (${wide.cpp})${read(b, type, scope)})`
    return write(target, unsigned, c === undefined ? product : `${product} + ${read(c, unsigned, scope)}`, scope)
  }
  const unsigned = unsignedOf(type)
  const plus = c === undefined ? '' : ` + ${read(c, unsigned, scope)}`
  if (modifiers[0] === 'hi') {
    const product = `mulHigh(${read(a, type, scope)}, ${read(b, type, scope)})`
    if (modifiers.includes('sat'))
      return type.cpp === 'int32_t' && c !== undefined
        ? write(target, type, `clampInteger<int32_t>((int64_t)${product} + ${read(c, type, scope)})`, scope)
        : undefined
    const high = `(${unsigned.cpp})${product}`
    return write(target, unsigned, `${high}${plus}`, scope)
  }
  // 16 bits: C++ would multiply as int, where overflow is not defined.
  return write(
    target,
    unsigned,
    `(${unsigned.bits < 32 ? 'uint32_t' : unsigned.cpp})${read(a, unsigned, scope)} * ${read(b, unsigned, scope)}${plus}`,
    scope,
  )
})

/** `+` or `-`: wrapping, with `.sat` or with `.cc`. */
function sum(operator: string): Rule {
  const wrapping = expression('', ([a, b]) => `${a} ${operator} ${b}`, { wraps: true })
  return (operation, scope) => {
    const has = (word: string): boolean => operation.modifiers.includes(word)
    return (has('cc') ? carried : has('sat') ? saturating(operator) : wrapping)(operation, scope)
  }
}

const move: Rule = rule('', ({ operands, types }, scope) => {
  const [target, source] = operands as [string, string]
  const type = typeOf(types[0])!
  if (target.startsWith('{')) {
    const parts = members(target)
    const part = typeOf(`b${type.bits / parts.length}`)
    if (part === undefined) return undefined
    const writes = parts.map((name, i) => write(name, part, `w >> ${i * part.bits}`, scope))
    return `{ const auto w = ${read(source, typeOf(`b${type.bits}`)!, scope)}; ${writes.join(' ')} }`
  }
  if (source.startsWith('{')) {
    const parts = members(source)
    const part = typeOf(`b${type.bits / parts.length}`)
    if (part === undefined) return undefined
    const whole = typeOf(`b${type.bits}`)!
    const values = parts.map((name, i) => `(${whole.cpp})${read(name, part, scope)} << ${i * part.bits}`)
    return write(target, whole, values.join(' | '), scope)
  }
  return write(target, type, read(source, type, scope), scope)
})

/** Results of 32 bits whatever the operand's size. */
function counted(name: string, argument = ''): Rule {
  return rule('shiftamt', ({ operands, types, modifiers }, scope) => {
    if (modifiers.length > 0 && argument === '') return undefined
    const rest = argument === '' ? '' : `, ${modifiers.includes('shiftamt')}`
    return write(operands[0]!, typeOf('u32')!, `${name}(${read(operands[1]!, typeOf(types[0])!, scope)}${rest})`, scope)
  })
}

const shift = (name: string): Rule =>
  rule('', ({ operands, types }, scope) => {
    const type = typeOf(types[0])!
    const [target, a, n] = operands as [string, string, string]
    return write(
      target,
      type,
      `${name}<${type.cpp}>(${read(a, type, scope)}, ${read(n, typeOf('u32')!, scope)})`,
      scope,
    )
  })

const funnelShift: Rule = rule('l r wrap clamp', ({ operands, modifiers }, scope) => {
  const word = typeOf('b32')!
  const [low, high, n] = operands.slice(1).map((operand) => read(operand, word, scope)) as [string, string, string]
  const amount = modifiers.includes('wrap') ? `(${n} & 31)` : `least<uint32_t>(${n}, 32)`
  return write(
    operands[0]!,
    word,
    `funnel${modifiers[0] === 'l' ? 'Left' : 'Right'}(${low}, ${high}, ${amount})`,
    scope,
  )
})

const bitField = (name: string): Rule =>
  rule('', ({ operands, types }, scope) => {
    const type = typeOf(types[0])!
    const word = typeOf('u32')!
    const values = operands.slice(1).map((operand, i) => read(operand, i < operands.length - 3 ? type : word, scope))
    return write(operands[0]!, type, `${name}<${type.cpp}>(${values.join(', ')})`, scope)
  })

const extreme = (name: string): Rule =>
  byKind({
    integer: expression('', ([a, b], type) => `${name}<${type.cpp}>(${a}, ${b})`),
    float: rule('ftz NaN', (operation, scope) =>
      operation.operands.length === 3
        ? floating('NaN', ([a, b], type) => `${name}<${type.cpp}>(${a}, ${b}, ${operation.modifiers.includes('NaN')})`)(
            operation,
            scope,
          )
        : undefined,
    ),
    half: halfRules[name === 'least' ? 'min' : 'max']!,
  })

const bitwise = (operator: string): Rule =>
  expression('', ([a, b], type) => `${a} ${type.kind === 'predicate' && operator === '^' ? '!=' : operator} ${b}`, {
    kinds: 'unsigned predicate',
  })

/** Instructions that compute a value of their operands and do nothing else. */
export const ARITHMETIC: Readonly<Record<string, Rule>> = {
  mov: move,
  add: byKind({
    integer: sum('+'),
    float: exact('', ([a, b]) => `${a} + ${b}`),
    half: halfRules['add']!,
  }),
  sub: byKind({
    integer: sum('-'),
    float: exact('', ([a, b]) => `${a} - ${b}`),
    half: halfRules['sub']!,
  }),
  mul: byKind({
    integer: multiplyInteger,
    float: exact('', ([a, b]) => `${a} * ${b}`),
    half: halfRules['mul']!,
  }),
  mad: byKind({ integer: multiplyInteger }),
  fma: byKind({
    float: exact('', library('fma')),
    half: halfRules['fma']!,
  }),
  div: byKind({
    integer: expression('', ([a, b], type) => `divide<${type.cpp}>(${a}, ${b})`),
    float: exact('approx full', ([a, b]) => `${a} / ${b}`),
  }),
  rem: expression('', ([a, b], type) => `tw::remainder<${type.cpp}>(${a}, ${b})`),
  neg: byKind({
    integer: expression('', ([a], type) => `(${type.cpp})0 - ${a}`, { wraps: true }),
    float: floating('', ([a]) => `-${a}`),
    half: halfRules['neg']!,
  }),
  abs: byKind({
    integer: expression('', ([a], type) => `absolute<${type.cpp}>(${a})`),
    float: floating('', library('fabs')),
    half: halfRules['abs']!,
  }),
  min: extreme('least'),
  max: extreme('greatest'),
  copysign: floating('', ([a, b], type) => `copysign${type.bits === 32 ? 'f' : ''}(${b}, ${a})`),
  sqrt: exact('approx', library('sqrt')),
  rcp: exact('approx', ([a]) => `reciprocal(${a})`),
  rsqrt: floating('approx', ([a]) => `reciprocalRoot(${a})`),
  ex2: byKind({ float: floating('approx', library('exp2')), half: halfRules['ex2']! }),
  lg2: floating('approx', library('log2')),
  sin: floating('approx', library('sin')),
  cos: floating('approx', library('cos')),
  tanh: byKind({ float: floating('approx', library('tanh')), half: halfRules['tanh']! }),
  and: bitwise('&'),
  or: bitwise('|'),
  xor: bitwise('^'),
  not: expression('', ([a], type) => (type.kind === 'predicate' ? `!${a}` : `~${a}`), { kinds: 'unsigned predicate' }),
  cnot: expression('', ([a]) => `${a} == 0`),
  shl: shift('shiftLeft'),
  shr: shift('shiftRight'),
  shf: funnelShift,
  lop3: expression('', (operands) => (operands.length === 4 ? `logic3(${operands.join(', ')})` : undefined)),
  popc: counted('ones'),
  clz: counted('leadingZeros'),
  bfind: counted('highestBit', 'fromTop'),
  brev: expression('', ([a], type) => `reversed<${type.cpp}>(${a})`),
  bfe: bitField('extractBits'),
  bfi: bitField('insertBits'),
  ...INTEGER_RULES,
  ...COMPARISON_RULES,
}

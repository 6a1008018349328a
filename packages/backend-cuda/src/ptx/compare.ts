import { read, rule, write } from './scope.ts'
import type { Operation, Rule, Scope } from './scope.ts'
import { typeOf } from './types.ts'

const COMPARISONS: Readonly<Record<string, string>> = {
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  lo: '<',
  ls: '<=',
  hi: '>',
  hs: '>=',
}
const BITWISE: Readonly<Record<string, string>> = { and: '&', or: '|', xor: '^' }

/** C++ for a comparison; of floats `eq` to `ge` are false with a NaN, the forms with `u` true. */
function compare(word: string, a: string, b: string, isFloat: boolean): string | undefined {
  if (!isFloat || word in COMPARISONS) {
    const operator = COMPARISONS[word]
    if (operator === undefined) return undefined
    // C++ says that NaN != x is true.
    return isFloat && word === 'ne' ? `(${a} < ${b} || ${a} > ${b})` : `(${a} ${operator} ${b})`
  }
  const both = `(${a} == ${a} && ${b} == ${b})`
  if (word === 'num') return both
  if (word === 'nan') return `!${both}`
  if (word === 'equ') return `!(${a} < ${b} || ${a} > ${b})`
  const opposite: Readonly<Record<string, string>> = { neu: '==', ltu: '>=', leu: '>', gtu: '<=', geu: '<' }
  return opposite[word] === undefined ? undefined : `!(${a} ${opposite[word]} ${b})`
}

function comparison({ operands, modifiers, types }: Operation, scope: Scope): string | undefined {
  const type = typeOf(types.at(-1))!
  const flushes = modifiers.includes('ftz')
  const [a, b] = operands.slice(1, 3).map((operand) => {
    const value = read(operand, type, scope)
    return type.kind === 'half' ? `${type.cpp}::load(${value})` : flushes ? `flush(${value})` : value
  }) as [string, string]
  return type.bits === 32 && type.kind === 'half'
    ? undefined
    : compare(modifiers[0]!, a, b, type.kind === 'float' || type.kind === 'half')
}

const COMPARISON_WORDS = [...Object.keys(COMPARISONS), 'num nan equ neu ltu leu gtu geu ftz and or xor'].join(' ')

const setPredicate: Rule = rule(COMPARISON_WORDS, (operation, scope) => {
  const { operands, modifiers } = operation
  const predicate = typeOf('pred')!
  const result = comparison(operation, scope)
  if (result === undefined) return undefined
  const joined = modifiers.slice(1).find((word) => word in BITWISE)
  const [first, second] = operands[0]!.split('|') as [string, string | undefined]
  const join = (value: string): string =>
    joined === undefined ? value : `(${value} ${BITWISE[joined]} ${read(operands[3]!, predicate, scope)})`
  if (second === undefined) return write(first, predicate, join(result), scope)
  return `{ const bool c = ${result}; ${write(first, predicate, join('c'), scope)} ${write(second, predicate, join('(!c)'), scope)} }`
})

const setValue: Rule = rule(COMPARISON_WORDS, (operation, scope) => {
  const result = comparison(operation, scope)
  const to = typeOf(operation.types[0])!
  if (
    result === undefined ||
    operation.types.length !== 2 ||
    operation.modifiers.slice(1).some((word) => word in BITWISE)
  )
    return undefined
  return write(
    operation.operands[0]!,
    to,
    to.kind === 'float' ? `${result} ? 1.0f : 0.0f` : `${result} ? ~0u : 0u`,
    scope,
  )
})

const TESTS: Readonly<Record<string, (a: string) => string>> = {
  finite: (a) => `__builtin_isfinite(${a})`,
  infinite: (a) => `__builtin_isinf(${a})`,
  number: (a) => `${a} == ${a}`,
  notanumber: (a) => `${a} != ${a}`,
  // Zeros count as normal.
  normal: (a) => `__builtin_isnormal(${a}) || ${a} == 0`,
  subnormal: (a) => `__builtin_isfinite(${a}) && !__builtin_isnormal(${a}) && ${a} != 0`,
}

const testProperty: Rule = rule(Object.keys(TESTS).join(' '), ({ operands, modifiers, types }, scope) =>
  write(operands[0]!, typeOf('pred')!, TESTS[modifiers[0]!]!(read(operands[1]!, typeOf(types[0])!, scope)), scope),
)

const select: Rule = rule('', ({ operands, types }, scope) => {
  const type = typeOf(types[0])!
  const [target, a, b, predicate] = operands as [string, string, string, string]
  return write(
    target,
    type,
    `${read(predicate, typeOf('pred')!, scope)} ? ${read(a, type, scope)} : ${read(b, type, scope)}`,
    scope,
  )
})

/** Instructions that compare and select. */
export const COMPARISON_RULES: Readonly<Record<string, Rule>> = {
  selp: select,
  setp: setPredicate,
  set: setValue,
  testp: testProperty,
}

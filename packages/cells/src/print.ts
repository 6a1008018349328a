import type { Expr, Leaf } from './expression.ts'
import { spellingOf } from './print-functions.ts'
import type { Target } from './print-functions.ts'
import { identifiersIn, nameGiver } from './print-names.ts'
import { linearise } from './tape.ts'
import type { Tape, TapeEntry } from './tape.ts'

export interface PrintOptions {
  readonly target: Target
  /**
   * WGSL: the type of all values, f32 unless given. An alias of f32 or of a vector of it: what is printed works component by
   * component.
   */
  readonly value?: string
  /** Code that reads a leaf: a variable, an element or a call. It may be printed several times. */
  readonly leaf: (leaf: Leaf) => string
  /** Further names that must stay free, such as variables around the printed lines. */
  readonly reserved?: Iterable<string>
}

export interface PrintedExpressions {
  /** Declarations in order, one a line; each line is a whole statement. */
  readonly lines: readonly string[]
  /** For each output the code that reads it: a declared name, or a leaf or constant as it is. */
  readonly results: Readonly<Record<string, string>>
  /** Definitions that the lines call, each once, in order; the same text for the same function in every call. */
  readonly functions: readonly string[]
}

/** Code and how tightly its outermost operator binds. */
interface Text {
  readonly code: string
  readonly binding: number
  /** A literal is a scalar, whatever the type of the values: arithmetic spreads it over a vector, all else does not. */
  readonly isLiteral?: boolean
}

const TERNARY = 0
const COMPARISON = 1
const SUM = 2
const PRODUCT = 3
const UNARY = 4
const ATOM = 5

/** Longer subexpressions get a line of their own. */
const LONGEST_INLINE = 48

/**
 * The expressions as straight-line float32 code. Named and shared subexpressions and the outputs are declared, under
 * their names where they have one; all else is inlined, with the brackets that keep the order of rounding. A name that
 * is taken gets a number: `results` tells which one it is.
 */
export function printExpressions(outputs: Readonly<Record<string, Expr>>, options: PrintOptions): PrintedExpressions {
  const { target, value } = options
  const tape = linearise(Object.values(outputs))
  const leafCode = tape.entries.map((entry) => (entry.leaf === undefined ? '' : options.leaf(entry.leaf)))
  const wanted = wantedNames(tape, Object.keys(outputs))
  const taken = [
    ...leafCode.flatMap(identifiersIn),
    ...(options.reserved ?? []),
    ...(value === undefined ? [] : [value]),
  ]
  const names = nameGiver(
    target,
    taken,
    wanted.filter((name) => name !== undefined),
  )
  const uses = countUses(tape)
  const alternatives = target === 'cuda' ? alternativesOf(tape) : new Set<number>()
  const functions = new Set<string>()
  const lines: string[] = []
  const texts: Text[] = []

  tape.entries.forEach((entry, position) => {
    const args = entry.args.map((arg) => texts[arg]!)
    const text = entry.op === 'leaf' ? { code: leafCode[position]!, binding: ATOM } : print(entry, args, options)
    for (const definition of definitionsOf(entry, options)) functions.add(definition)
    const name = wanted[position]
    const isBranch = alternatives.has(position) && /\w\(/.test(text.code)
    const isShort = uses[position]! < 2 && text.code.length <= LONGEST_INLINE && !isBranch
    if (name === undefined && (isAtomic(entry, args) || isShort)) {
      texts.push(text)
      return
    }
    const given = name === undefined ? names.invent() : names.give(name)
    lines.push(declaration(given, asValue(text, value).code, text.binding === COMPARISON, target))
    texts.push({ code: given, binding: ATOM })
  })

  const results = Object.keys(outputs).map((key, index) => [key, asValue(texts[tape.outputs[index]!]!, value).code])
  return { lines, results: Object.fromEntries(results), functions: [...functions] }
}

/** The name each entry must be declared under: its own, or that of the first output it is; leaves and constants need none. */
function wantedNames(tape: Tape, keys: readonly string[]): (string | undefined)[] {
  const names = tape.entries.map((entry) => entry.name)
  tape.outputs.forEach((position, index) => {
    const { op } = tape.entries[position]!
    if (op !== 'leaf' && op !== 'const') names[position] ??= keys[index]!
  })
  return names
}

function countUses(tape: Tape): number[] {
  const uses = tape.entries.map(() => 0)
  for (const entry of tape.entries) for (const arg of entry.args) uses[arg]!++
  return uses
}

/**
 * What a select chooses between. A call in a ternary of CUDA becomes a branch, around which nothing is moved, loads
 * neither; computed before it, both are there and one is taken.
 */
function alternativesOf(tape: Tape): ReadonlySet<number> {
  return new Set(tape.entries.flatMap(({ op, args }) => (op === 'select' ? args.slice(1) : [])))
}

/** Whether code may stand in several places without computing anything twice. */
function isAtomic(entry: TapeEntry, args: readonly Text[]): boolean {
  return entry.op === 'leaf' || entry.op === 'const' || (entry.op === 'neg' && /^\w+$/.test(args[0]!.code))
}

function declaration(name: string, code: string, isCondition: boolean, target: Target): string {
  if (target === 'wgsl') return `let ${name} = ${code};`
  return `const ${isCondition ? 'bool' : 'float'} ${name} = ${code};`
}

function definitionsOf({ op }: TapeEntry, { target, value }: PrintOptions): readonly string[] {
  return isFunctionOp(op) ? spellingOf(op, target, value).definitions : []
}

/** As a value of the type that values have, for where a scalar will not do. */
function asValue(text: Text, type: string | undefined): Text {
  return text.isLiteral && type !== undefined ? { code: `${type}(${text.code})`, binding: ATOM } : text
}

function isFunctionOp(op: TapeEntry['op']): op is Parameters<typeof spellingOf>[0] {
  return ['exp', 'log', 'sqrt', 'tanh', 'sigmoid', 'logSigmoid', 'softplus', 'min', 'max'].includes(op)
}

function print(entry: TapeEntry, args: readonly Text[], { target, value }: PrintOptions): Text {
  const { op } = entry
  if (op === 'const') return literal(entry.value, target)
  const isArithmetic = ['add', 'sub', 'mul', 'div'].includes(op) && !args.every(({ isLiteral }) => isLiteral)
  const operands = isArithmetic ? args : args.map((arg) => asValue(arg, value))
  if (isFunctionOp(op)) {
    return { code: `${spellingOf(op, target).name}(${operands.map(({ code }) => code).join(', ')})`, binding: ATOM }
  }
  // Float arithmetic isn't associative: a right operand of the same rank keeps its brackets, in sums and products alike.
  const left = (rank: number): string => bracket(operands[0]!, rank)
  const right = (rank: number): string => bracket(operands[1]!, rank + 1)
  switch (op) {
    case 'add':
      return { code: `${left(SUM)} + ${right(SUM)}`, binding: SUM }
    case 'sub':
      return { code: `${left(SUM)} - ${right(SUM)}`, binding: SUM }
    case 'mul':
      return { code: `${left(PRODUCT)} * ${right(PRODUCT)}`, binding: PRODUCT }
    case 'div':
      return { code: `${left(PRODUCT)} / ${right(PRODUCT)}`, binding: PRODUCT }
    case 'neg':
      return { code: `-${bracket(operands[0]!, ATOM)}`, binding: UNARY }
    case 'less':
      return { code: `${left(SUM)} < ${bracket(operands[1]!, SUM)}`, binding: COMPARISON }
    case 'lessEqual':
      return { code: `${left(SUM)} <= ${bracket(operands[1]!, SUM)}`, binding: COMPARISON }
    case 'equal':
      return { code: `${left(SUM)} == ${bracket(operands[1]!, SUM)}`, binding: COMPARISON }
    case 'select':
      return printSelect(operands, target)
    case 'leaf':
      return { code: '', binding: ATOM }
  }
}

function printSelect(args: readonly Text[], target: Target): Text {
  const [condition, whenTrue, whenFalse] = args as readonly [Text, Text, Text]
  if (target === 'wgsl')
    return { code: `select(${whenFalse.code}, ${whenTrue.code}, ${condition.code})`, binding: ATOM }
  const branches = `${bracket(whenTrue, COMPARISON)} : ${bracket(whenFalse, TERNARY)}`
  return { code: `${bracket(condition, COMPARISON)} ? ${branches}`, binding: TERNARY }
}

function bracket({ code, binding }: Text, rank: number): string {
  return binding < rank ? `(${code})` : code
}

/** A float32 literal: it always has a point or an exponent. */
function literal(value: number, target: Target): Text {
  const digits = String(value)
  const float = /[.e]/.test(digits) ? digits : `${digits}.0`
  return { code: target === 'cuda' ? `${float}f` : float, binding: value < 0 ? UNARY : ATOM, isLiteral: true }
}

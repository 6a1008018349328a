import { cppName, typeOf } from './types.ts'
import type { ValueType } from './types.ts'

/** What an instruction is translated in: the names of its function, and its place. */
export interface Scope {
  /** Whether the function is a kernel, and so its end the thread's. */
  readonly isEntry: boolean
  /** Types of the registers by name, with `%`. */
  readonly registers: ReadonlyMap<string, string>
  /** C++ for the address that a name of a variable stands for. */
  readonly symbols: ReadonlyMap<string, string>
  /** Parameters: C++ pointers to their bytes, by name. */
  readonly parameters: ReadonlyMap<string, string>
  /** C++ functions that may be called, by name. */
  readonly functions: ReadonlyMap<string, string>
  /** Index of the instruction's place. */
  readonly place: number
}

/** An instruction, its opcode split into words. */
export interface Operation {
  readonly name: string
  /** Words of the opcode that are no types, in order. */
  readonly modifiers: readonly string[]
  readonly types: readonly string[]
  readonly operands: readonly string[]
}

/** C++ statements for an operation; undefined where this form of it is unknown. */
export type Rule = (operation: Operation, scope: Scope) => string | undefined

/** Makes a rule that refuses operations with a modifier that it does not name: exactly or not at all. */
export function rule(modifiers: string, translate: Rule): Rule {
  const known = new Set(modifiers.split(' '))
  return (operation, scope) =>
    operation.modifiers.every((word) => known.has(word)) ? translate(operation, scope) : undefined
}

const POSITIONS: readonly (readonly [string, string])[] = ['tid', 'ntid', 'ctaid', 'nctaid'].flatMap((name) =>
  ['x', 'y', 'z'].map((axis) => [`%${name}.${axis}`, `t->${name}.${axis}`] as const),
)

const CLUSTER: readonly (readonly [string, string])[] = [
  ['cluster_ctaid', 'at'],
  ['cluster_nctaid', 'size'],
  ['clusterid', 'cluster'],
  ['nclusterid', 'clusters'],
].flatMap(([name, member]) =>
  ['x', 'y', 'z'].map((axis) => [`%${name}.${axis}`, `clusterPosition(t).${member}.${axis}`] as const),
)

// The clocks, %smid and the like have no meaning here and are refused.
const SPECIAL: ReadonlyMap<string, string> = new Map([
  ...POSITIONS,
  ...CLUSTER,
  ['%cluster_ctarank', 'clusterPosition(t).rank'],
  ['%cluster_nctarank', 'clusterPosition(t).blocks'],
  ['%laneid', 't->lane'],
  ['%warpid', 't->warp'],
  ['%nwarpid', '((t->ntid.x * t->ntid.y * t->ntid.z + 31) / 32)'],
  ['%lanemask_eq', '(1u << t->lane)'],
  ['%lanemask_lt', '((1u << t->lane) - 1)'],
  ['%lanemask_le', '((2u << t->lane) - 1)'],
  ['%lanemask_gt', '~((2u << t->lane) - 1)'],
  ['%lanemask_ge', '~((1u << t->lane) - 1)'],
  ['%dynamic_smem_size', '(t->sharedBytes - t->dynamicShared)'],
  ['%total_smem_size', 't->sharedBytes'],
  // Where cooperative groups find the workspace of the grid barrier: its address in two halves.
  ['%envreg1', 'uint32_t(t->gridWorkspace >> 32)'],
  ['%envreg2', 'uint32_t(t->gridWorkspace)'],
  ['WARP_SZ', '32u'],
])

/** Operands that are not known; thrown inside this folder only, and turned into an unknown instruction. */
export class UnknownOperand extends Error {}

/** The C++ variable of a register. */
export function variableOf(register: string): string {
  return `v${cppName(register)}`
}

/** C++ that reads an operand as a value of the type. */
export function read(operand: string, type: ValueType, scope: Scope): string {
  if (operand.startsWith('!')) return `!${read(operand.slice(1), type, scope)}`
  const declared = scope.registers.get(operand)
  if (declared !== undefined) return convertBits(variableOf(operand), containerOf(declared), valueCpp(type))
  const value = SPECIAL.get(operand) ?? scope.symbols.get(operand) ?? scope.parameters.get(operand)
  if (value !== undefined) return `(${valueCpp(type)})(${value})`
  return literal(operand, type)
}

/** A C++ statement that writes a value of the type into a register; `_` throws it away. */
export function write(operand: string, type: ValueType, value: string, scope: Scope): string {
  if (operand === '_') return `(void)(${value});`
  const declared = scope.registers.get(operand)
  if (declared === undefined) throw new UnknownOperand(operand)
  const container = containerOf(declared)
  const from = valueCpp(type)
  // The cast first: C++ computes in int what is narrower.
  return `${variableOf(operand)} = ${convertBits(`(${from})(${value})`, from, container)};`
}

/** The C++ type in which a value is read: for f16 and the like the container of its bits. */
export function valueCpp(type: ValueType): string {
  return type.kind === 'half' ? type.container : type.cpp
}

/** C++ for the address `[base+offset]`, 64 bits. */
export function addressOf(operand: string, scope: Scope): string {
  const { base, offset } = addressParts(operand)
  return `${read(base, U64, scope)}${offset}`
}

/** Of `[base+offset]`; the offset as C++ that is added, empty where there is none. */
export function addressParts(operand: string): { readonly base: string; readonly offset: string } {
  const [, base, offset] = /^\[\s*([%$\w]+)\s*(?:\+\s*(-?\w+)\s*)?\]$/.exec(operand) ?? []
  if (base === undefined) throw new UnknownOperand(operand)
  return { base, offset: offset === undefined ? '' : ` + (${offset})` }
}

const U64 = typeOf('u64')!

/** Members of `{a, b}`, or the operand itself. */
export function members(operand: string): readonly string[] {
  return operand.startsWith('{')
    ? operand
        .slice(1, -1)
        .split(',')
        .map((member) => member.trim())
    : [operand]
}

function containerOf(declared: string): string {
  const type = typeOf(declared)
  if (type === undefined) throw new UnknownOperand(declared)
  return type.container
}

const FLOATS: Readonly<Record<string, string>> = { float: 'uint32_t', double: 'uint64_t' }

// The same size means the same bits; another size is cut or extended as an integer.
function convertBits(value: string, from: string, to: string): string {
  if (from === to) return value
  const fromBits = FLOATS[from]
  const toBits = FLOATS[to]
  const integer = fromBits === undefined ? value : `bits<${fromBits}>(${value})`
  if (toBits !== undefined) return `bits<${to}>((${toBits})(${integer}))`
  return fromBits === to ? integer : `(${to})(${integer})`
}

function literal(operand: string, type: ValueType): string {
  const single = /^0[fF]([\da-fA-F]{8})$/.exec(operand)
  if (single) return convertBits(`bits<float>(0x${single[1]}u)`, 'float', valueCpp(type))
  const double = /^0[dD]([\da-fA-F]{16})$/.exec(operand)
  if (double) {
    const value = `bits<double>(0x${double[1]}ull)`
    return type.cpp === 'float' ? `(float)${value}` : convertBits(value, 'double', valueCpp(type))
  }
  if (!/^-?(0[xX][\da-fA-F]+|\d+)U?$/.test(operand)) throw new UnknownOperand(operand)
  const number = operand.replace('U', '')
  // An integer as operand of a floating-point instruction is its bits.
  const wide = number.startsWith('-') ? `(int64_t)(${number}ll)` : `${number}ull`
  return type.kind === 'float' ? `bits<${type.cpp}>((${FLOATS[type.cpp]})(${wide}))` : `(${valueCpp(type)})${wide}`
}

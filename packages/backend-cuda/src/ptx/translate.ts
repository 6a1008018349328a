import { ARITHMETIC } from './arithmetic.ts'
import { CONTROL, labelOf } from './control.ts'
import { CONVERSIONS } from './convert.ts'
import { copiedRegister, effectsOf, registersIn } from './effects.ts'
import { CARRY, usesCarry } from './integer.ts'
import { entryPointOf, layOut } from './layout.ts'
import type { EntryPoint } from './layout.ts'
import { MEMORY } from './memory.ts'
import { UnknownOperand, variableOf } from './scope.ts'
import type { Rule, Scope } from './scope.ts'
import { parsePtx } from './syntax.ts'
import type { PtxFunction, PtxInstruction, PtxModule, PtxVariable } from './syntax.ts'
import { cppName, typeOf } from './types.ts'
import { maybeUnset } from './unset.ts'
import { TOGETHER } from './warp.ts'

/** PTX as C++ for the runtime in `runtime/`, whose `kernel.h` it includes. */
export interface Translation {
  readonly cpp: string
  readonly kernels: readonly TranslatedKernel[]
  /** Opcodes, directives and operands that are not known, each once; the C++ is of no use where there are any. */
  readonly unknown: readonly string[]
}

export interface TranslatedKernel extends EntryPoint {
  /** Of the parameters, with the padding between them. */
  readonly argumentBytes: number
  /** Static shared memory in bytes. */
  readonly staticShared: number
  /** Blocks of a cluster; the grid must be made of whole ones. */
  readonly cluster: readonly [number, number, number]
}

const RULES: Readonly<Record<string, Rule>> = { ...ARITHMETIC, ...CONVERSIONS, ...MEMORY, ...TOGETHER, ...CONTROL }

/**
 * Translates a module of PTX: one C++ function for each of PTX, one statement for each instruction, registers as local
 * variables. An instruction is translated exactly or refused by name.
 */
export function translate(ptx: string): Translation {
  const module = parsePtx(ptx)
  const places = new Places()
  const unknown = new Set([...module.unknown, ...module.functions.flatMap((f) => f.unknown)])
  const functions = new Map(module.functions.filter((f) => !f.isEntry).map((f) => [f.name, `f_${cppName(f.name)}`]))
  const globals = module.variables.filter(({ space }) => space === 'global' || space === 'const')
  const parts: string[] = []
  const kernels: TranslatedKernel[] = []
  for (const f of module.functions) {
    const shared = layOut(sharedOf(f, module))
    const scope = {
      isEntry: f.isEntry,
      registers: f.registers,
      functions,
      symbols: symbolsOf(f, module, globals, shared.offsets),
      parameters: new Map(
        [...f.results, ...f.parameters, ...f.variables.filter(isParameter)].map((p) => [p.name, arrayOf(p)]),
      ),
    }
    parts.push(functionText(f, scope, places, unknown))
    if (f.isEntry)
      kernels.push({
        ...entryPointOf(f),
        argumentBytes: layOut(f.parameters).bytes,
        staticShared: shared.bytes,
        cluster: f.cluster,
      })
  }
  const localBytes = module.functions
    .flatMap((f) => f.variables)
    .reduce((sum, v) => sum + (v.space === 'local' ? v.bytes : 0), 0)
  const cpp = [
    '#include "kernel.h"',
    'namespace tw {',
    'namespace {',
    ...globals.map((v) => `uint64_t ${addressOf(v)};`),
    ...globals.filter((v) => v.initial !== undefined).map(initialText),
    ...module.functions.filter((f) => !f.isEntry).map((f) => `${signature(f)};`),
    ...parts,
    places.text(),
    `const Kernel kernels[] = {${kernels.map((k) => `{"${k.name}", k_${cppName(k.name)}, ${k.argumentBytes}, ${k.staticShared}, ${localBytes}, {${k.cluster.join(', ')}}}, `).join('')}{}};`,
    `const Variable variables[] = {${globals.map(variableText).join('')}{}};`,
    '}  // namespace',
    `extern "C" const Module tilewright_module = {kernels, ${kernels.length}, variables, ${globals.length}, places};`,
    '}  // namespace tw',
    '',
  ].join('\n')
  return { cpp, kernels, unknown: [...unknown].toSorted() }
}

/** The places of a module: what file, line and opcode an index stands for. */
class Places {
  readonly #indices = new Map<string, number>()

  /** Index of an instruction's place; the same for equal ones. */
  of({ file, line, opcode }: PtxInstruction): number {
    const entry = `{${JSON.stringify(file)}, ${line}, ${JSON.stringify(opcode)}}`
    const index = this.#indices.get(entry) ?? this.#indices.size
    this.#indices.set(entry, index)
    return index
  }

  text(): string {
    return `const Place places[] = {\n${[...this.#indices.keys(), '{}'].join(',\n')}};`
  }
}

function functionText(f: PtxFunction, base: Omit<Scope, 'place'>, places: Places, unknown: Set<string>): string {
  const used = new Set<string>()
  const unset = maybeUnset(f)
  const lines = f.code.map((statement) => {
    if (statement.kind === 'label') return `${labelOf(statement.name)}:;`
    for (const text of [statement.guard ?? '', ...statement.operands])
      for (const [name] of text.matchAll(/%[%$\w]+/g)) if (f.registers.has(name)) used.add(name)
    return statementText(statement, { ...base, place: places.of(statement) }, unknown, unset)
  })
  const declarations = [...used].map(
    (name) => `${typeOf(f.registers.get(name))?.container ?? 'void'} ${variableOf(name)};`,
  )
  const marks = [...unset].map((name) => `bool ${markOf(name)} = false;`)
  const offsets = layOut(f.parameters).offsets
  const prologue = [
    ...(f.code.some((statement) => statement.kind === 'instruction' && usesCarry(statement.opcode))
      ? [`bool ${CARRY} = false;`]
      : []),
    ...(f.isEntry
      ? f.parameters.map((p) => `const unsigned char* const ${arrayOf(p)} = arguments + ${offsets.get(p.name)};`)
      : []),
    ...f.variables.filter(isParameter).map((p) => `alignas(16) unsigned char ${arrayOf(p)}[${p.bytes}];`),
    // Uninitialised local memory shows as NaN, like shared memory.
    ...f.variables
      .filter(({ space }) => space === 'local')
      .map(
        (v) =>
          `alignas(${Math.max(16, v.align)}) unsigned char ${arrayOf(v)}[${v.bytes}]; __builtin_memset(${arrayOf(v)}, 0xFF, ${v.bytes});`,
      ),
  ]
  return [`${signature(f)} {`, ...prologue, declarations.join(' '), ...marks, ...lines, '}'].join('\n')
}

function statementText(
  statement: PtxInstruction,
  scope: Scope,
  unknown: Set<string>,
  unset: ReadonlySet<string>,
): string {
  const { reads, writes } = effectsOf(statement)
  const source = copiedRegister(statement, scope)
  const cpp = [
    usesText(source === undefined ? reads : [], scope, unset),
    instructionText(statement, scope, unknown),
    // A copy is set where its source is; anything else that an instruction writes is.
    ...writes
      .filter((name) => unset.has(name))
      .map((name) => `${markOf(name)} = ${source !== undefined && unset.has(source) ? markOf(source) : 'true'};`),
  ].join('')
  if (statement.guard === undefined) return cpp
  const predicate = statement.guard.replace('!', '')
  const uses = usesText(registersIn([predicate]), scope, unset)
  return `${uses}if (${statement.guard.startsWith('!') ? '!' : ''}${variableOf(predicate)}) { ${cpp} }`
}

/** The C++ variable that says whether a register was written. */
function markOf(register: string): string {
  return `s${cppName(register)}`
}

/** Checks that registers are written which may not be. */
function usesText(reads: readonly string[], { place }: Scope, unset: ReadonlySet<string>): string {
  return [...new Set(reads)]
    .filter((name) => unset.has(name))
    .map((name) => `if (t->history && !${markOf(name)}) unsetRegister(t, ${JSON.stringify(name)}, ${place}); `)
    .join('')
}

function instructionText({ opcode, operands }: PtxInstruction, scope: Scope, unknown: Set<string>): string {
  const [name, ...words] = opcode.split('.') as [string, ...string[]]
  const operation = {
    name,
    operands,
    modifiers: words.filter((word) => typeOf(word) === undefined),
    types: words.filter((word) => typeOf(word) !== undefined),
  }
  try {
    const cpp = RULES[name]?.(operation, scope)
    if (cpp !== undefined) return cpp
    unknown.add(opcode)
  } catch (cause) {
    if (!(cause instanceof UnknownOperand)) throw cause
    unknown.add(`${opcode} of ${cause.message}`)
  }
  return ''
}

function signature(f: PtxFunction): string {
  if (f.isEntry) return `void k_${cppName(f.name)}(Thread* t, [[maybe_unused]] const unsigned char* arguments)`
  const parameters = [...f.results, ...f.parameters].map((p) => `unsigned char* ${arrayOf(p)}`)
  return `void f_${cppName(f.name)}(${['[[maybe_unused]] Thread* t', ...parameters].join(', ')})`
}

const isParameter = ({ space }: PtxVariable): boolean => space === 'param'

/** The C++ array of a parameter or of local memory. */
function arrayOf({ name }: PtxVariable): string {
  return `a_${cppName(name)}`
}

/** The C++ variable that holds the address of a global or constant variable. */
function addressOf({ name }: PtxVariable): string {
  return `g_${cppName(name)}`
}

function symbolsOf(
  f: PtxFunction,
  module: PtxModule,
  globals: readonly PtxVariable[],
  sharedOffsets: ReadonlyMap<string, number>,
): ReadonlyMap<string, string> {
  return new Map([
    ...globals.map((v) => [v.name, addressOf(v)] as const),
    ...[...sharedOffsets].map(([name, offset]) => [name, `${offset}u`] as const),
    ...module.variables.filter((v) => v.isDynamic).map((v) => [v.name, 't->dynamicShared'] as const),
    ...f.variables.filter(({ space }) => space === 'local').map((v) => [v.name, `(uint64_t)${arrayOf(v)}`] as const),
  ])
}

/**
 * The static shared variables of an entry point: those of functions first, so that they lie at the same place for every
 * entry point, then those that it names itself.
 */
function sharedOf(f: PtxFunction, module: PtxModule): readonly PtxVariable[] {
  const callable = module.functions.filter((other) => !other.isEntry)
  const ofModule = module.variables.filter(({ space, isDynamic }) => space === 'shared' && !isDynamic)
  const inFunctions = [
    ...ofModule.filter(({ name }) => callable.some((other) => names(other, name))),
    ...callable.flatMap((other) => other.variables.filter(({ space }) => space === 'shared')),
  ]
  const own = [
    ...ofModule.filter((v) => !inFunctions.includes(v) && names(f, v.name)),
    ...f.variables.filter((v) => v.space === 'shared' && !inFunctions.includes(v)),
  ]
  return [...inFunctions, ...own]
}

function names(f: PtxFunction, name: string): boolean {
  return f.code.some(
    (s) => s.kind === 'instruction' && s.operands.some((operand) => operand.split(/[^%$\w]+/).includes(name)),
  )
}

function initialText(variable: PtxVariable): string {
  const type = typeOf(variable.type)
  const values = variable.initial!.map((value) => {
    const float = /^0[fFdD]([\da-fA-F]+)$/.exec(value)
    return `(${type!.cpp})${float ? `bits<${type!.cpp}>(0x${float[1]}${type!.bits === 64 ? 'ull' : 'u'})` : `${value.replace('U', '')}ll`}`
  })
  return `const ${type!.cpp} i_${cppName(variable.name)}[] = {${values.join(', ')}};`
}

function variableText(variable: PtxVariable): string {
  const initial =
    variable.initial === undefined
      ? 'nullptr, 0'
      : `(const unsigned char*)i_${cppName(variable.name)}, sizeof i_${cppName(variable.name)}`
  return `{"${variable.name}", ${variable.bytes}, ${initial}, &${addressOf(variable)}}, `
}

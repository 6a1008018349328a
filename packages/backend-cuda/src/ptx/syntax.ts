/** A module of PTX, as nvcc writes it. */
export interface PtxModule {
  readonly functions: readonly PtxFunction[]
  /** In global, constant and shared memory. */
  readonly variables: readonly PtxVariable[]
  /** Directives at the top level that were not understood. */
  readonly unknown: readonly string[]
}

export interface PtxFunction {
  readonly name: string
  readonly isEntry: boolean
  /** Blocks of a cluster, where the source says so. */
  readonly cluster: readonly [number, number, number]
  readonly results: readonly PtxVariable[]
  readonly parameters: readonly PtxVariable[]
  /** Type by name, the name unique in the function and with its `%`. */
  readonly registers: ReadonlyMap<string, string>
  /** Local, shared and parameter arrays declared in the body. */
  readonly variables: readonly PtxVariable[]
  readonly code: readonly PtxStatement[]
  readonly unknown: readonly string[]
}

export interface PtxVariable {
  readonly space: 'global' | 'const' | 'shared' | 'local' | 'param'
  readonly name: string
  /** Of the elements: `f32`, and `b8` for what C calls a structure. */
  readonly type: string
  readonly align: number
  readonly bytes: number
  /** Shared memory whose size is said at launch. */
  readonly isDynamic: boolean
  /** The elements' text. */
  readonly initial?: readonly string[]
}

export type PtxStatement = PtxLabel | PtxInstruction

export interface PtxLabel {
  readonly kind: 'label'
  readonly name: string
}

export interface PtxInstruction {
  readonly kind: 'instruction'
  /** Predicate that it is executed under, `%p1` or `!%p1`. */
  readonly guard?: string
  /** `ld.global.v4.f32` */
  readonly opcode: string
  readonly operands: readonly string[]
  readonly file: string
  /** 0 where the PTX has no line numbers. */
  readonly line: number
}

const LINKAGE = String.raw`(?:\.(?:visible|extern|weak|common)\s+)*`
const HEADER = new RegExp(
  String.raw`${LINKAGE}\.(entry|func)\s*(?:\(([^)]*)\)\s*)?([\w$]+)\s*(?:\(([^)]*)\))?([^{;]*)([{;])`,
  'y',
)
const VARIABLE = new RegExp(String.raw`${LINKAGE}\.(global|const|shared)\b[^;]*;`, 'y')

/** Reads PTX text. It never throws: what it does not know is listed as unknown. */
export function parsePtx(text: string): PtxModule {
  const source = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '')
  const files = new Map([...source.matchAll(/^\s*\.file\s+(\d+)\s+"([^"]*)"/gm)].map((file) => [file[1]!, file[2]!]))
  const functions: PtxFunction[] = []
  const variables: PtxVariable[] = []
  const unknown: string[] = []
  for (let at = 0; (at = skipBlanks(source, at)) < source.length;) {
    const header = matchAt(HEADER, source, at)
    if (header) {
      const [whole, kind, results, name, parameters, attributes, opening] = header
      at += whole.length
      if (opening === ';') continue // a declaration; the definition follows, or a call of it is unknown
      const end = closingBrace(source, at)
      functions.push({
        name: name!,
        isEntry: kind === 'entry',
        cluster: clusterOf(attributes!),
        results: parameterList(results),
        parameters: parameterList(parameters),
        ...parseBody(source.slice(at, end), files),
      })
      at = end + 1
      continue
    }
    const declaration = matchAt(VARIABLE, source, at)
    if (declaration) {
      at += declaration[0].length
      const variable = parseVariable(declaration[0].slice(0, -1))
      if (variable) variables.push(variable)
      else unknown.push(declaration[0].slice(0, 60))
      continue
    }
    const section = matchAt(/\.section\s+\.?[\w.]+\s*\{/y, source, at)
    if (section) {
      at = closingBrace(source, at + section[0].length) + 1
      continue
    }
    const line = matchAt(/[^\n]*/y, source, at)![0]
    at += line.length
    if (!/^\.(version|target|address_size|file)\b/.test(line)) unknown.push(line.trim())
  }
  return { functions, variables, unknown }
}

// `.reqnctapercluster 2, 1, 1`, as __cluster_dims__ gives it; what is left out is 1.
function clusterOf(attributes: string): readonly [number, number, number] {
  const extents = /\.reqnctapercluster\s+([\d, ]+)/.exec(attributes)?.[1]?.split(',').map(Number) ?? []
  return [extents[0] ?? 1, extents[1] ?? 1, extents[2] ?? 1]
}

/** Names declared in one pair of braces, and what tells them from equal names of another. */
interface Scope {
  readonly suffix: string
  readonly names: Map<string, string>
}

function parseBody(
  body: string,
  files: ReadonlyMap<string, string>,
): Pick<PtxFunction, 'registers' | 'variables' | 'code' | 'unknown'> {
  const registers = new Map<string, string>()
  const variables: PtxVariable[] = []
  const code: PtxStatement[] = []
  const unknown: string[] = []
  // Inline assembly and calls have blocks with names of their own: the same names come again in the next block.
  const scopes: Scope[] = [{ suffix: '', names: new Map() }]
  let blocks = 0
  const declare = (name: string, prefix = ''): string => {
    const scope = scopes.at(-1)!
    const unique = `${prefix}${name}${scope.suffix}`
    scope.names.set(name, unique)
    return unique
  }
  const resolve = (operand: string): string =>
    operand.replaceAll(/[%$\w]+/g, (name) => scopes.findLast(({ names }) => names.has(name))?.names.get(name) ?? name)
  let place = { file: '', line: 0 }

  for (let at = 0; (at = skipBlanks(body, at)) < body.length;) {
    if (body[at] === '{') {
      scopes.push({ suffix: `__${++blocks}`, names: new Map() })
      at++
      continue
    }
    if (body[at] === '}') {
      scopes.pop()
      at++
      continue
    }
    const loc = matchAt(/\.loc\s+(\d+)\s+(\d+)\s+\d+([^\n]*)/y, body, at)
    if (loc) {
      place = placeOf(loc, files, place)
      at += loc[0].length
      continue
    }
    const label = matchAt(/([$\w%]+):(?!:)/y, body, at)
    if (label) {
      code.push({ kind: 'label', name: label[1]! })
      at += label[0].length
      continue
    }
    const end = body.indexOf(';', at)
    if (end < 0) break
    const statement = body.slice(at, end).replaceAll(/\s+/g, ' ').trim()
    at = end + 1
    if (statement.startsWith('.reg')) declareRegisters(statement, declare, registers, unknown)
    else if (/^\.(local|shared|param)\b/.test(statement)) {
      const variable = parseVariable(statement)
      if (variable)
        variables.push({ ...variable, name: variable.space === 'shared' ? variable.name : declare(variable.name) })
      else unknown.push(statement)
    } else if (statement.startsWith('.')) {
      if (!statement.startsWith('.pragma')) unknown.push(statement)
    } else code.push(parseInstruction(statement, resolve, place))
  }
  return { registers, variables, code, unknown }
}

function parseInstruction(
  statement: string,
  resolve: (operand: string) => string,
  place: { readonly file: string; readonly line: number },
): PtxInstruction {
  const [, guard, opcode, rest] = /^(?:@(!?[%$\w]+) )?([\w.:]+) ?(.*)$/.exec(statement) ?? [
    '',
    undefined,
    statement,
    '',
  ]
  return {
    kind: 'instruction',
    ...(guard === undefined ? {} : { guard: resolve(guard) }),
    opcode: opcode!,
    operands: splitOperands(rest!).map(resolve),
    ...place,
  }
}

// `.reg .b32 %r<12>` declares %r0 to %r11; inline assembly declares single names, often without `%`.
function declareRegisters(
  statement: string,
  declare: (name: string, prefix: string) => string,
  registers: Map<string, string>,
  unknown: string[],
): void {
  const [, type, names] = /^\.reg \.(\w+) (.+)$/.exec(statement) ?? []
  if (names === undefined) unknown.push(statement)
  else
    for (const name of splitOperands(names)) {
      const range = /^(%[$\w]+)<(\d+)>$/.exec(name)
      if (!range) registers.set(declare(name, name.startsWith('%') ? '' : '%'), type!)
      else for (let i = 0; i < Number(range[2]); i++) registers.set(`${range[1]}${i}`, type!)
    }
}

// `.shared .align 4 .b8 tile[1024]`, `.global .align 4 .u32 counter = 5`, `.param .u64 .ptr .align 1 x`
const DECLARATION = new RegExp(
  String.raw`${LINKAGE}\.(global|const|shared|local|param)\s+(?:\.align\s+(\d+)\s+)?\.([a-z]\d+)\s+` +
    String.raw`(?:\.ptr\s+(?:\.(?:global|const|shared|local|param)\s+)?(?:\.align\s+\d+\s+)?)?` +
    String.raw`([%$\w]+)((?:\[\d*\])*)\s*(?:=\s*([\s\S]+))?$`,
)

function parseVariable(text: string): PtxVariable | undefined {
  const [, space, align, type, name, extents, initial] = DECLARATION.exec(text.trim()) ?? []
  if (name === undefined) return undefined
  const element = Number(type!.slice(1)) / 8
  const sizes = [...extents!.matchAll(/\[(\d*)\]/g)].map((extent) => extent[1]!)
  const values = initial === undefined ? undefined : splitOperands(initial.trim().replace(/^\{([\s\S]*)\}$/, '$1'))
  // An initial value that is an address would need a linker.
  if (values?.some((value) => !/^-?(0[fFdD]|0[xX])?[\da-fA-F]+U?$/.test(value))) return undefined
  return {
    space: space as PtxVariable['space'],
    name,
    type: type!,
    align: align === undefined ? element : Number(align),
    bytes: element * sizes.reduce((product, size) => product * Number(size), 1),
    isDynamic: sizes.includes(''),
    ...(values === undefined ? {} : { initial: values }),
  }
}

function parameterList(text: string | undefined): readonly PtxVariable[] {
  return splitOperands(text ?? '')
    .map(parseVariable)
    .filter((variable) => variable !== undefined)
}

/** Parts between commas; commas in brackets, braces and parentheses do not count. */
export function splitOperands(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i <= text.length; i++) {
    const letter = text[i]
    if (letter === '{' || letter === '[' || letter === '(') depth++
    if (letter === '}' || letter === ']' || letter === ')') depth--
    if (letter !== undefined && (letter !== ',' || depth > 0)) continue
    const part = text.slice(start, i).trim()
    if (part !== '') parts.push(part)
    start = i + 1
  }
  return parts
}

// Of code that was inlined, the line in the file that was compiled is what its author knows; a header's line is not.
function placeOf(
  loc: RegExpExecArray,
  files: ReadonlyMap<string, string>,
  before: { readonly file: string; readonly line: number },
): { readonly file: string; readonly line: number } {
  const inlined = /inlined_at (\d+) (\d+)/.exec(loc[3]!)
  const [file, line] = loc[1] !== '1' && inlined ? [inlined[1]!, inlined[2]!] : [loc[1]!, loc[2]!]
  // Line 0 means "of no line"; the one before is nearer to the truth.
  return line === '0' ? before : { file: files.get(file) ?? '', line: Number(line) }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

const BLANKS = /\s*/y

function skipBlanks(text: string, at: number): number {
  return at + matchAt(BLANKS, text, at)![0].length
}

/** Of the block whose opening brace lies just before `at`. */
function closingBrace(text: string, at: number): number {
  for (let depth = 1; at < text.length; at++) {
    if (text[at] === '{') depth++
    if (text[at] === '}' && --depth === 0) return at
  }
  return text.length
}

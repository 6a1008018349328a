import { splitOperands, type PtxInstruction } from './syntax.ts'

/** What an instruction does that costs more than arithmetic. Bytes are those of one thread. */
export type InstructionClass =
  | {
      readonly kind: 'matrix'
      /** `mma`, `wmma` or `wgmma` */
      readonly name: string
      /** `m16n8k16` */
      readonly shape: string
      /** Of the result and the operands, as in the opcode: `f32.bf16.bf16.f32`. */
      readonly types: string
    }
  | {
      /** A copy goes from global to shared memory (or back) past the registers. */
      readonly kind: 'load' | 'store' | 'copy' | 'atomic'
      /** The opcode without vector and type: `ld.global.nc`. */
      readonly name: string
      readonly space: MemorySpace
      /** Undefined where a register holds it. */
      readonly bytes: number | undefined
    }
  | {
      /** `barrier` is of the block; `wait` is of asynchronous copies and multiplies, their groups included. */
      readonly kind: 'barrier' | 'cluster-barrier' | 'warp-barrier' | 'fence' | 'wait' | 'special' | 'call'
      readonly name: string
    }

/** `cluster` is another block's shared memory; of `generic` addresses only the run knows the space. */
export type MemorySpace = 'global' | 'shared' | 'cluster' | 'local' | 'const' | 'generic'

/** The class of an instruction; undefined for arithmetic, jumps and parameters. PTX ISA 9.0, section 9.7. */
export function classOf(instruction: PtxInstruction): InstructionClass | undefined {
  const { opcode, operands } = instruction
  const [name] = opcode.split('.')
  if (/^(mma|wmma\.mma|wgmma\.mma_async)\b/.test(opcode)) return matrix(opcode)
  if (/^(bar|barrier)\b/.test(opcode)) return { kind: barrierKind(opcode), name: opcode }
  if (/^mbarrier\.(arrive|test_wait|try_wait)/.test(opcode)) return { kind: 'barrier', name: opcode }
  if (/^(membar|fence|wgmma\.fence)\b/.test(opcode)) return { kind: 'fence', name: opcode }
  if (/^(cp\.async|wgmma)\..*\b(commit_group|wait_group|wait_all|mbarrier\.arrive)/.test(opcode))
    return { kind: 'wait', name: opcode }
  if (/^(ex2|lg2|sin|cos|tanh|rcp|rsqrt|sqrt)$/.test(name!)) return { kind: 'special', name: opcode }
  if (name === 'call')
    return { kind: 'call', name: `call ${operands.find((operand) => /^[\w$]+$/.test(operand)) ?? ''}` }
  if (/\.param\b/.test(opcode)) return undefined
  if (/^cp\.async\b/.test(opcode)) return { kind: 'copy', name: opcode, space: 'global', bytes: literal(operands[2]) }
  if (/^(ld|ldu|ldmatrix|wmma\.load)\b/.test(opcode)) return access('load', instruction)
  if (/^(st|stmatrix|wmma\.store)\b/.test(opcode)) return access('store', instruction)
  if (/^(atom|red)\b/.test(opcode)) return access('atomic', instruction)
  return undefined
}

function matrix(opcode: string): InstructionClass {
  const parts = opcode.split('.')
  return {
    kind: 'matrix',
    name: parts[0]!,
    shape: parts.find((part) => /^m\d+n\d+k\d+$/.test(part)) ?? '',
    types: parts.filter((part) => bytesOfType(part) !== undefined).join('.'),
  }
}

function barrierKind(opcode: string): 'barrier' | 'cluster-barrier' | 'warp-barrier' {
  if (opcode.startsWith('barrier.cluster')) return 'cluster-barrier'
  return opcode.startsWith('bar.warp') ? 'warp-barrier' : 'barrier'
}

function access(kind: 'load' | 'store' | 'atomic', { opcode, operands }: PtxInstruction): InstructionClass {
  const parts = opcode.split('.')
  const isWide = (part: string): boolean => /^[vx]\d$/.test(part) || bytesOfType(part) !== undefined
  return {
    kind,
    name: parts.filter((part) => !isWide(part)).join('.'),
    space: spaceOf(parts),
    bytes: parts[0]!.includes('matrix') || parts[0] === 'wmma' ? fragmentBytes(parts, operands) : vectorBytes(parts),
  }
}

function vectorBytes(parts: readonly string[]): number | undefined {
  const type = parts.map(bytesOfType).findLast((bytes) => bytes !== undefined)
  const vector = parts.map((part) => /^v(\d)$/.exec(part)?.[1]).find((width) => width !== undefined)
  return type === undefined ? undefined : type * Number(vector ?? 1)
}

// A fragment's registers are 4 bytes each, whatever their elements are; only float64 ones are 8.
function fragmentBytes(parts: readonly string[], operands: readonly string[]): number {
  const fragment = operands.find((operand) => operand.startsWith('{')) ?? ''
  return splitOperands(fragment.slice(1, -1)).length * (parts.includes('f64') ? 8 : 4)
}

function spaceOf(parts: readonly string[]): MemorySpace {
  if (parts.includes('shared::cluster')) return 'cluster'
  if (parts.includes('shared::cta')) return 'shared'
  return (['global', 'shared', 'local', 'const'] as const).find((space) => parts.includes(space)) ?? 'generic'
}

/** `f32` is 4, `bf16x2` is 4; undefined for what is no type. */
function bytesOfType(part: string): number | undefined {
  const [, bits, packed] = /^(?:[bsuf]|bf|tf|e\dm)(\d+)(x2)?$/.exec(part) ?? []
  return bits === undefined ? undefined : (Number(bits) / 8) * (packed === undefined ? 1 : 2)
}

function literal(operand: string | undefined): number | undefined {
  return operand !== undefined && /^\d+$/.test(operand) ? Number(operand) : undefined
}

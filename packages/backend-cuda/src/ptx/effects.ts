import type { PtxFunction, PtxInstruction } from './syntax.ts'

/** Registers that an instruction writes and reads, by name with `%`; special registers and parameters among them. */
export interface Effects {
  readonly writes: readonly string[]
  /** The guard not included. */
  readonly reads: readonly string[]
}

// Instructions whose first operand is no destination.
const WITHOUT_RESULT = /^(st|stmatrix|red|bra|brx|ret|exit|trap|call|cp|membar|fence|prefetchu?|nanosleep)\b/
const BARRIER = /^(bar|barrier)\b(?!.*\.red\.)/

/** What an instruction does to registers: PTX names the destination first, everything else it reads. */
export function effectsOf({ opcode, operands }: PtxInstruction): Effects {
  if (WITHOUT_RESULT.test(opcode) || BARRIER.test(opcode)) return { writes: [], reads: registersIn(operands) }
  return { writes: registersIn(operands.slice(0, 1)), reads: registersIn(operands.slice(1)) }
}

/** The register of the function that an instruction makes a plain copy of; undefined where it does something else. */
export function copiedRegister(
  { opcode, operands }: PtxInstruction,
  f: Pick<PtxFunction, 'registers'>,
): string | undefined {
  return opcode.startsWith('mov.') && operands.every((operand) => f.registers.has(operand)) ? operands[1] : undefined
}

export function registersIn(operands: readonly string[]): readonly string[] {
  return operands.flatMap((operand) => operand.match(/%[%$\w]+/g) ?? [])
}

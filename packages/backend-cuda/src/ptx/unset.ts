import { copiedRegister, effectsOf, registersIn } from './effects.ts'
import { basicBlocks, type BasicBlock } from './flow.ts'
import type { PtxFunction, PtxStatement } from './syntax.ts'

/**
 * Registers that some way through the function reads before an instruction has written them: what nvcc makes of a
 * variable without a value. A guarded instruction may not write, and a copy of what is not set sets nothing.
 */
export function maybeUnset(f: PtxFunction): ReadonlySet<string> {
  const blocks = basicBlocks(f)
  const entering = assignedAtStart(f, blocks)
  const found = new Set<string>()
  blocks.forEach((block, index) => {
    const assigned = new Set(entering[index] ?? f.registers.keys())
    for (const statement of f.code.slice(block.from, block.to)) {
      if (statement.kind === 'instruction')
        for (const register of [...effectsOf(statement).reads, ...registersIn([statement.guard ?? ''])])
          if (f.registers.has(register) && !assigned.has(register)) found.add(register)
      assign(statement, assigned, f)
    }
  })
  return found
}

/** For each block what is set whichever way it was reached; undefined where no way leads. */
function assignedAtStart(f: PtxFunction, blocks: readonly BasicBlock[]): readonly (ReadonlySet<string> | undefined)[] {
  const entering: (Set<string> | undefined)[] = blocks.map((_, index) => (index === 0 ? new Set() : undefined))
  const open = [0]
  for (let index = open.shift(); index !== undefined; index = open.shift()) {
    const leaving = new Set(entering[index])
    for (const statement of f.code.slice(blocks[index]!.from, blocks[index]!.to)) assign(statement, leaving, f)
    for (const successor of blocks[index]!.successors) {
      const before = entering[successor]
      const after = before === undefined ? leaving : new Set([...before].filter((register) => leaving.has(register)))
      if (before?.size === after.size) continue
      entering[successor] = new Set(after)
      if (!open.includes(successor)) open.push(successor)
    }
  }
  return entering
}

function assign(statement: PtxStatement, assigned: Set<string>, f: PtxFunction): void {
  if (statement.kind === 'label' || statement.guard !== undefined) return
  const source = copiedRegister(statement, f)
  if (source !== undefined && !assigned.has(source)) return
  for (const register of effectsOf(statement).writes) assigned.add(register)
}

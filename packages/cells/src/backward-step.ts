import type { RecurrentCell, ScanCell } from './cell.ts'
import { constant, gradientOf, leaf, mul, nodesOf, state } from './expression.ts'
import type { Expr, Leaf } from './expression.ts'
import { gradient } from './gradient.ts'
import { unknownSaved } from './messages.ts'
import { substitute } from './substitute.ts'

/**
 * One step backward in time of a recurrent cell. Its leaves are those of the step and `gradient <state>`, the whole
 * gradient of each state that leaves the step.
 */
export interface RecurrentBackwardStep {
  readonly Wx: Readonly<Record<string, Expr>>
  readonly Ry: Readonly<Record<string, Expr>>
  readonly b: Readonly<Record<string, Expr>>
  /** Gradient of each entering state, without what reaches the first one through R: add Rᵀ · Ry there. */
  readonly states: Readonly<Record<string, Expr>>
}

/**
 * The backward pass of one step, derived. Expressions named in `saved` become leaves of kind `saved`: the values that a
 * forward pass has stored, instead of their recomputation. Throws `E_CELL` for a saved name that the cell does not have.
 *
 * @example
 * backwardStep(lstm, ['i', 'f', 'z', 'o', 'c_new']) // reads neither Wx, Ry nor b
 */
export function backwardStep(cell: RecurrentCell, saved: readonly string[] = []): RecurrentBackwardStep {
  checkSaved(cell.name, Object.values(cell.next), saved)
  const lists = {
    Wx: cell.inputGates.map((name): Leaf => ({ kind: 'Wx', name })),
    Ry: cell.recurrentGates.map((name): Leaf => ({ kind: 'Ry', name })),
    b: cell.biasGates.map((name): Leaf => ({ kind: 'b', name })),
    states: cell.states.map((name): Leaf => ({ kind: 'state', name })),
  }
  const wrt = Object.values(lists).flat()
  const outputs = Object.entries(cell.next).map(([name, expr]) => ({ expr, seed: gradientOf(name) }))
  const gradients = readSaved(gradient(outputs, wrt), saved)
  const pick = (leaves: readonly Leaf[]): Record<string, Expr> =>
    Object.fromEntries(leaves.map((wanted) => [wanted.name, gradients[wrt.indexOf(wanted)]!]))
  return { Wx: pick(lists.Wx), Ry: pick(lists.Ry), b: pick(lists.b), states: pick(lists.states) }
}

/**
 * The gradient of each input of a scan cell at one step. Leaves: the inputs, `state h` for the state that enters the
 * step, `gradient h` for the adjoint λ of the one that leaves it. The adjoint itself is a scan: λ of step t is the
 * gradient from outside plus a · λ of step t + 1, with a of step t + 1.
 */
export function scanBackwardStep(cell: ScanCell, saved: readonly string[] = []): Readonly<Record<string, Expr>> {
  checkSaved(cell.name, [cell.a, cell.b], saved)
  const lambda = gradientOf('h')
  const outputs = [
    { expr: cell.a, seed: mul(lambda, state('h')) },
    { expr: cell.b, seed: lambda },
  ]
  const wrt = cell.inputs.map((name): Leaf => ({ kind: 'input', name }))
  const gradients = readSaved(gradient(outputs, wrt), saved)
  return Object.fromEntries(cell.inputs.map((name, index) => [name, gradients[index] ?? constant(0)]))
}

function readSaved(exprs: readonly Expr[], saved: readonly string[]): Expr[] {
  return substitute(exprs, Object.fromEntries(saved.map((name) => [name, leaf('saved', name)])))
}

function checkSaved(cell: string, exprs: readonly Expr[], saved: readonly string[]): void {
  const names = new Set(
    nodesOf(exprs).flatMap((node) => ('name' in node && node.name !== undefined ? [node.name] : [])),
  )
  for (const name of saved) {
    if (!names.has(name)) throw unknownSaved(cell, name, [...names])
  }
}

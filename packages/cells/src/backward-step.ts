import type { RecurrentCell, ScanCell } from './cell.ts'
import { add, gradientOf, leaf, mul, named, nodesOf, state } from './expression.ts'
import type { Expr, Leaf } from './expression.ts'
import { gradient } from './gradient.ts'
import { unknownSaved } from './messages.ts'
import { substitute, substituteLeaf } from './substitute.ts'

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
 * One step backward in time of a scan cell. Leaves: the inputs, the weights, `state h` for the state that enters the step,
 * `gradient output` for the gradient from outside of what the step gives, and `gradient carried` for what the next step
 * sends back.
 */
export interface ScanBackwardStep {
  readonly inputs: Readonly<Record<string, Expr>>
  /** What the step adds to the gradient of each weight. */
  readonly weights: Readonly<Record<string, Expr>>
  /** What the step sends back: the gradient of the state that enters it, a · λ with λ that of the one that leaves it. */
  readonly carried: Expr
  /** The same as a linear recurrence, gain · carried + offset; these two do not read `gradient carried`. */
  readonly gain: Expr
  readonly offset: Expr
}

/** The backward pass of one step of a scan, derived; the state that leaves the step is computed again. */
export function scanBackwardStep(cell: ScanCell): ScanBackwardStep {
  const { a, b, weights = [] } = cell
  const wrt = [
    ...cell.inputs.map((name): Leaf => ({ kind: 'input', name })),
    ...weights.map((name): Leaf => ({ kind: 'weight', name })),
  ]
  // While deriving, the state that leaves the step is a leaf of its own.
  const leaving: Leaf = { kind: 'state', name: 'h' }
  const outside = gradient([{ expr: cell.output ?? state('h'), seed: gradientOf('output') }], [leaving, ...wrt])
  const [ofLeaving, ...direct] = readLeaving(outside, cell)
  const lambda = named('lambda', add(ofLeaving!, gradientOf('carried')))
  const through = gradient(
    [
      { expr: a, seed: mul(lambda, state('h')) },
      { expr: b, seed: lambda },
    ],
    wrt,
  )
  const gradients = wrt.map((_, i) => add(through[i]!, direct[i]!))
  return {
    inputs: Object.fromEntries(cell.inputs.map((name, i) => [name, gradients[i]!])),
    weights: Object.fromEntries(weights.map((name, i) => [name, gradients[cell.inputs.length + i]!])),
    carried: mul(a, lambda),
    gain: a,
    offset: mul(a, ofLeaving!),
  }
}

/** With the state that leaves the step computed from the one that enters it. */
function readLeaving(exprs: readonly Expr[], { a, b }: ScanCell): Expr[] {
  return substituteLeaf(exprs, { kind: 'state', name: 'h' }, named('h_new', add(mul(a, state('h')), b)))
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

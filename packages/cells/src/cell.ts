import { isIdentifier, nodesOf } from './expression.ts'
import type { Expr, Leaf } from './expression.ts'
import { badCellName, badName, unusable } from './messages.ts'

/**
 * A cell whose steps multiply its first state by recurrent matrices. The gate lists fix the order of the gate axes of
 * Wx, R and b, the state list that of the state axis; `states[0]` is the state that R multiplies, and the output.
 * This is one stage: all recurrent products of a step are taken of the state that enters it.
 */
export interface RecurrentCell {
  readonly kind: 'recurrent'
  readonly name: string
  readonly states: readonly string[]
  readonly inputGates: readonly string[]
  readonly recurrentGates: readonly string[]
  readonly biasGates: readonly string[]
  /** Each state as it leaves the step. */
  readonly next: Readonly<Record<string, Expr>>
}

/** A cell h' = a h + b whose coefficients depend on the inputs of the step alone, so that time can be scanned in parallel. */
export interface ScanCell {
  readonly kind: 'scan'
  readonly name: string
  readonly inputs: readonly string[]
  /** Values of a channel that are the same at every step of every sequence; a and b may read them. */
  readonly weights?: readonly string[]
  readonly a: Expr
  readonly b: Expr
  /** What a step gives besides the state, from the inputs and `state('h')`, the state that leaves it. */
  readonly output?: Expr
}

export type Cell = RecurrentCell | ScanCell

/**
 * The cell itself, once its names hold together: what it declares is used, what it uses is declared, each state has a
 * next value; and once kernels can be called after it. Throws `E_CELL` otherwise.
 */
export function defineCell<C extends Cell>(cell: C): C {
  // Entry points begin with it: `rg_lru_scan_forward`.
  if (!isIdentifier(`${cell.name.replaceAll('-', '_')}_`)) throw badCellName(cell.name)
  if (cell.kind === 'recurrent') checkRecurrent(cell)
  else checkScan(cell)
  return cell
}

function checkRecurrent(cell: RecurrentCell): void {
  checkNames(cell.name, 'states', cell.states)
  checkNames(cell.name, 'recurrentGates', cell.recurrentGates)
  for (const axis of ['inputGates', 'biasGates'] as const) checkUnique(cell.name, axis, cell[axis])
  for (const name of cell.states) {
    if (Object.hasOwn(cell.next, name)) continue
    throw unusable(
      cell.name,
      'next',
      `state ${name} has no next value`,
      `next has ${list(Object.keys(cell.next))}`,
      `add next.${name}`,
    )
  }
  for (const name of Object.keys(cell.next)) {
    if (cell.states.includes(name)) continue
    throw unusable(
      cell.name,
      `next.${name}`,
      `unknown state ${name}`,
      `the states are ${list(cell.states)}`,
      'declare it in states',
    )
  }
  const used = checkLeaves(cell.name, cell.next, {
    Wx: ['inputGates', cell.inputGates],
    Ry: ['recurrentGates', cell.recurrentGates],
    b: ['biasGates', cell.biasGates],
    state: ['states', cell.states],
  })
  checkUsed(cell.name, 'Wx', 'inputGates', cell.inputGates, used)
  checkUsed(cell.name, 'Ry', 'recurrentGates', cell.recurrentGates, used)
  checkUsed(cell.name, 'b', 'biasGates', cell.biasGates, used)
}

function checkScan(cell: ScanCell): void {
  checkNames(cell.name, 'inputs', cell.inputs)
  const { weights = [] } = cell
  checkUnique(cell.name, 'inputs and weights', [...cell.inputs, ...weights])
  const inputs = ['inputs', cell.inputs] as const
  const used = new Set([
    ...checkLeaves(cell.name, { a: cell.a, b: cell.b }, { input: inputs, weight: ['weights', weights] }),
    ...checkLeaves(cell.name, cell.output ? { output: cell.output } : {}, { input: inputs, state: ['states', ['h']] }),
  ])
  checkUsed(cell.name, 'input', 'inputs', cell.inputs, used)
  checkUsed(cell.name, 'weight', 'weights', weights, used)
}

/** What a cell may read: for each kind of leaf the list that declares it. */
type Readable = Readonly<Partial<Record<Leaf['kind'], readonly [list: string, names: readonly string[]]>>>

function checkLeaves(cell: string, exprs: Readonly<Record<string, Expr>>, readable: Readable): ReadonlySet<string> {
  const used = new Set<string>()
  for (const [place, expr] of Object.entries(exprs)) {
    for (const node of nodesOf([expr])) {
      if (node.op !== 'leaf') continue
      const { kind, name } = node.leaf
      const declared = readable[kind]
      if (declared === undefined) {
        const kinds = Object.keys(readable).join(', ')
        throw unusable(
          cell,
          place,
          `${kind} ${name} cannot be read here`,
          `this kind of cell reads ${kinds}`,
          'use one of these',
        )
      }
      const [declaration, names] = declared
      if (!names.includes(name)) {
        throw unusable(
          cell,
          place,
          `unknown ${kind} ${name}`,
          `${declaration} has ${list(names)}`,
          `add it to ${declaration}`,
        )
      }
      used.add(`${kind} ${name}`)
    }
  }
  return used
}

function checkUsed(
  cell: string,
  kind: string,
  axis: string,
  names: readonly string[],
  used: ReadonlySet<string>,
): void {
  for (const name of names) {
    if (used.has(`${kind} ${name}`)) continue
    throw unusable(
      cell,
      axis,
      `${name} is declared and never read`,
      `no expression has ${kind} ${name}`,
      `use it or take it out`,
    )
  }
}

function checkNames(cell: string, axis: string, names: readonly string[]): void {
  if (names.length === 0) throw unusable(cell, axis, 'the list is empty', '0 names', 'name at least one')
  checkUnique(cell, axis, names)
}

function checkUnique(cell: string, axis: string, names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    if (!isIdentifier(name)) throw badName(name)
    if (names.indexOf(name) === index) continue
    throw unusable(cell, axis, `${name} stands there twice`, list(names), 'name each once')
  }
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}

import { defineCell } from './cell.ts'
import type { Cell } from './cell.ts'
import { elman } from './cells/elman.ts'
import { gru } from './cells/gru.ts'
import { hgrn } from './cells/hgrn.ts'
import { linear, linearLog, linearLogit } from './cells/linear.ts'
import { lstm } from './cells/lstm.ts'
import { mingru, mingruPlain } from './cells/mingru.ts'
import { minlstm, minlstmPlain } from './cells/minlstm.ts'
import { qrnn, qrnnIfo } from './cells/qrnn.ts'
import { rgLru } from './cells/rg-lru.ts'
import { slstm, slstmDetached } from './cells/slstm.ts'
import { sru } from './cells/sru.ts'
import { duplicateCell, unknownCell } from './messages.ts'

const cells = new Map<string, Cell>()
const RECURRENT = [elman, gru, lstm, slstm, slstmDetached]
const LINEAR = [
  linear,
  linearLog,
  linearLogit,
  hgrn,
  mingru,
  mingruPlain,
  minlstm,
  minlstmPlain,
  qrnn,
  qrnnIfo,
  rgLru,
  sru,
]
for (const builtIn of [...RECURRENT, ...LINEAR]) registerCell(builtIn)

/** Makes a cell known by its name, after the checks of `defineCell`. Throws `E_CELL` for a name that is taken. */
export function registerCell(cell: Cell): void {
  defineCell(cell)
  if (cells.has(cell.name)) throw duplicateCell(cell.name)
  cells.set(cell.name, cell)
}

/** The cell of this name; throws `E_CELL`, with the nearest name, for one that nobody has registered. */
export function cell(name: string): Cell {
  const found = cells.get(name)
  if (found === undefined) throw unknownCell(name, cellNames())
  return found
}

/** Names of all registered cells, sorted. */
export function cellNames(): string[] {
  return [...cells.keys()].sort()
}

import { defineCell } from './cell.ts'
import type { Cell } from './cell.ts'
import { elman } from './cells/elman.ts'
import { gru } from './cells/gru.ts'
import { linear } from './cells/linear.ts'
import { lstm } from './cells/lstm.ts'
import { mingru } from './cells/mingru.ts'
import { minlstm } from './cells/minlstm.ts'
import { slstm, slstmDetached } from './cells/slstm.ts'
import { duplicateCell, unknownCell } from './messages.ts'

const cells = new Map<string, Cell>()
for (const builtIn of [elman, gru, linear, lstm, mingru, minlstm, slstm, slstmDetached]) registerCell(builtIn)

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

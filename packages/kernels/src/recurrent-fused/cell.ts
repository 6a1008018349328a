import { cell as findCell, type RecurrentCell } from '@tilewright/cells'
import type { Problem } from '../problem.ts'

/** The cell of a problem; throws `TypeError` for one of another kind. */
export function recurrentCell({ cell: name }: Problem): RecurrentCell {
  const cell = findCell(name)
  if (cell.kind !== 'recurrent') throw new TypeError(`${cell.name} has no recurrent matrix`)
  return cell
}

import { cell as findCell, type ScanCell } from '@tilewright/cells'
import type { Problem } from '../problem.ts'

/** The cell of a problem; throws `TypeError` for one of another kind. */
export function scanCell({ cell: name }: Problem): ScanCell {
  const cell = findCell(name)
  if (cell.kind !== 'scan') throw new TypeError(`${cell.name} is not a linear recurrence`)
  return cell
}

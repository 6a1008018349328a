import { defineCell } from '../cell.ts'
import type { ScanCell } from '../cell.ts'
import { input, mul, named, neg, sigmoid } from '../expression.ts'
import type { Expr } from '../expression.ts'
import { positive } from './positive.ts'

/** minGRU (arXiv 2410.01201): h' = (1 − z) h + z g(hidden), z = σ(gate). 1 − z is σ(−gate), which keeps its digits. */
export const mingru: ScanCell = mingruCell('mingru', positive(input('hidden')))

/** minGRU without an activation of the candidate: g(hidden) = hidden. */
export const mingruPlain: ScanCell = mingruCell('mingru-plain', input('hidden'))

function mingruCell(name: string, candidate: Expr): ScanCell {
  const z = named('z', sigmoid(input('gate')))
  const inputs = ['gate', 'hidden']
  return defineCell({ kind: 'scan', name, inputs, a: sigmoid(neg(input('gate'))), b: mul(z, candidate) })
}

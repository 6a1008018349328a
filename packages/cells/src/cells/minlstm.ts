import { defineCell } from '../cell.ts'
import type { ScanCell } from '../cell.ts'
import { input, mul, named, neg, sigmoid, softplus, sub } from '../expression.ts'
import type { Expr } from '../expression.ts'
import { positive } from './positive.ts'

/** minLSTM (arXiv 2410.01201): h' = f' h + i' g(hidden), gates normalised to f' + i' = 1. */
export const minlstm: ScanCell = minlstmCell('minlstm', positive(input('hidden')))

/** minLSTM without an activation of the candidate: g(hidden) = hidden. */
export const minlstmPlain: ScanCell = minlstmCell('minlstm-plain', input('hidden'))

function minlstmCell(name: string, candidate: Expr): ScanCell {
  // log i − log f of the two sigmoid gates: their normalised forms i / (f + i) and f / (f + i) are σ(±delta), which
  // makes minLSTM a minGRU with another gate logit.
  const delta = named('delta', sub(softplus(neg(input('forget'))), softplus(neg(input('input')))))
  const a = named('f', sigmoid(neg(delta)))
  const b = mul(named('i', sigmoid(delta)), candidate)
  return defineCell({ kind: 'scan', name, inputs: ['forget', 'input', 'hidden'], a, b })
}

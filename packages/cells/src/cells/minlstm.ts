import { defineCell } from '../cell.ts'
import type { ScanCell } from '../cell.ts'
import { input, mul, named, neg, sigmoid, softplus, sub } from '../expression.ts'
import { positive } from './positive.ts'

// log i − log f of the two sigmoid gates: their normalised forms i / (f + i) and f / (f + i) are σ(±delta), which makes
// minLSTM a minGRU with another gate logit.
const delta = named('delta', sub(softplus(neg(input('forget'))), softplus(neg(input('input')))))

/** minLSTM (arXiv 2410.01201): h' = f' h + i' g(hidden), gates normalised to f' + i' = 1. */
export const minlstm: ScanCell = defineCell({
  kind: 'scan',
  name: 'minlstm',
  inputs: ['forget', 'input', 'hidden'],
  a: named('f', sigmoid(neg(delta))),
  b: mul(named('i', sigmoid(delta)), positive(input('hidden'))),
})

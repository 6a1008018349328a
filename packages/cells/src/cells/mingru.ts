import { defineCell } from '../cell.ts'
import type { ScanCell } from '../cell.ts'
import { input, mul, named, neg, sigmoid } from '../expression.ts'
import { positive } from './positive.ts'

const z = named('z', sigmoid(input('gate')))

/** minGRU (arXiv 2410.01201): h' = (1 − z) h + z g(hidden), z = σ(gate). 1 − z is σ(−gate), which keeps its digits. */
export const mingru: ScanCell = defineCell({
  kind: 'scan',
  name: 'mingru',
  inputs: ['gate', 'hidden'],
  a: sigmoid(neg(input('gate'))),
  b: mul(z, positive(input('hidden'))),
})

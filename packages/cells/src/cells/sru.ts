import { defineCell } from '../cell.ts'
import type { ScanCell } from '../cell.ts'
import { add, input, mul, named, neg, sigmoid, state, tanh } from '../expression.ts'

/**
 * SRU (arXiv 1709.02755v1): h' = f h + (1 − f) candidate, y = r tanh(h') + (1 − r) x. The gates do not read the state,
 * as they do in the paper's second version.
 */
export const sru: ScanCell = defineCell({
  kind: 'scan',
  name: 'sru',
  inputs: ['forget', 'reset', 'candidate', 'x'],
  a: named('f', sigmoid(input('forget'))),
  b: mul(sigmoid(neg(input('forget'))), input('candidate')),
  output: add(
    mul(named('r', sigmoid(input('reset'))), named('g', tanh(state('h')))),
    mul(sigmoid(neg(input('reset'))), input('x')),
  ),
})

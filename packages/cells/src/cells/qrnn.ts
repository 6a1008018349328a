import { defineCell } from '../cell.ts'
import type { ScanCell } from '../cell.ts'
import { input, mul, named, neg, sigmoid, state, tanh } from '../expression.ts'

const f = named('f', sigmoid(input('forget')))
const candidate = named('z', tanh(input('candidate')))
const output = mul(named('o', sigmoid(input('output'))), state('h'))

/** QRNN with fo-pooling (arXiv 1611.01576): h' = f h + (1 − f) z, y = o h'. */
export const qrnn: ScanCell = defineCell({
  kind: 'scan',
  name: 'qrnn',
  inputs: ['forget', 'output', 'candidate'],
  a: f,
  b: mul(sigmoid(neg(input('forget'))), candidate),
  output,
})

/** QRNN with ifo-pooling: h' = f h + i z, y = o h'. */
export const qrnnIfo: ScanCell = defineCell({
  kind: 'scan',
  name: 'qrnn-ifo',
  inputs: ['input', 'forget', 'output', 'candidate'],
  a: f,
  b: mul(named('i', sigmoid(input('input'))), candidate),
  output,
})

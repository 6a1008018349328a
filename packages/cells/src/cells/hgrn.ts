import { defineCell } from '../cell.ts'
import type { ScanCell } from '../cell.ts'
import { exp, input, mul, named, sigmoid, sub } from '../expression.ts'

const a = named('f', exp(input('decay')))
const silu = mul(input('input'), named('s', sigmoid(input('input'))))

/** HGRN (arXiv 2311.04823): h' = f h + (1 − f) silu(input), f = e^decay, with a decay of at most 0. */
export const hgrn: ScanCell = defineCell({
  kind: 'scan',
  name: 'hgrn',
  inputs: ['decay', 'input'],
  a,
  b: mul(sub(1, a), silu),
})

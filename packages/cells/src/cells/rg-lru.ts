import { defineCell } from '../cell.ts'
import type { ScanCell } from '../cell.ts'
import { div, exp, input, mul, named, neg, sigmoid, softplus, sqrt, sub, tanh, weight } from '../expression.ts'

// c of the paper: decay a = σ(Λ)^(c r).
const SHARPNESS = 8

const logA = named('log_a', mul(mul(-SHARPNESS, sigmoid(input('recurrence'))), softplus(neg(weight('decay')))))
const tanhLogA = named('tanh_log_a', tanh(logA))

/**
 * RG-LRU (Griffin, arXiv 2402.19427): h' = a h + sqrt(1 − a²) σ(gate) x with log a = −8 σ(recurrence) softplus(−decay),
 * decay being the paper's Λ, one for each channel. 1 − a² is −2 tanh(log a) / (1 − tanh(log a)), which keeps its digits
 * where a is near 1.
 */
export const rgLru: ScanCell = defineCell({
  kind: 'scan',
  name: 'rg-lru',
  inputs: ['recurrence', 'gate', 'x'],
  weights: ['decay'],
  a: named('a', exp(logA)),
  b: mul(sqrt(div(mul(-2, tanhLogA), sub(1, tanhLogA))), mul(sigmoid(input('gate')), input('x'))),
})

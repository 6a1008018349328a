import { defineCell } from '../cell.ts'
import type { RecurrentCell } from '../cell.ts'
import { Ry, Wx, add, bias, mul, named, preactivation, sigmoid, state, sub, tanh } from '../expression.ts'

const g = named('g', add(Ry('g'), bias('g')))
const r = named('r', sigmoid(preactivation('r')))
const z = named('z', sigmoid(preactivation('z')))
const n = named('n', add(Wx('n'), bias('n')))
const v = named('v', tanh(named('pre_v', add(n, mul(r, g)))))
const h = named('h_new', add(mul(z, state('h')), mul(sub(1, z), v)))

/**
 * Gated recurrent unit with the reset after the matrix product, as in cuDNN and PyTorch (Cho's of 2014 resets before).
 * z keeps the old state. The recurrent part g of the candidate has a bias of its own, hence four bias gates.
 */
export const gru: RecurrentCell = defineCell({
  kind: 'recurrent',
  name: 'gru',
  states: ['h'],
  inputGates: ['r', 'z', 'n'],
  recurrentGates: ['g', 'r', 'z'],
  biasGates: ['g', 'r', 'z', 'n'],
  next: { h },
})

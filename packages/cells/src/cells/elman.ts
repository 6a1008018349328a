import { defineCell } from '../cell.ts'
import type { RecurrentCell } from '../cell.ts'
import { named, preactivation, tanh } from '../expression.ts'

/** The simple recurrent network: h' = tanh(Wx + R h + b). */
export const elman: RecurrentCell = defineCell({
  kind: 'recurrent',
  name: 'elman',
  states: ['h'],
  inputGates: ['g'],
  recurrentGates: ['g'],
  biasGates: ['g'],
  next: { h: named('h_new', tanh(preactivation('g'))) },
})

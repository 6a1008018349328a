import { defineCell } from '../cell.ts'
import type { RecurrentCell } from '../cell.ts'
import { add, mul, named, preactivation, sigmoid, state, tanh } from '../expression.ts'

const i = named('i', sigmoid(preactivation('i')))
const f = named('f', sigmoid(preactivation('f')))
const z = named('z', tanh(preactivation('z')))
const o = named('o', sigmoid(preactivation('o')))
const c = named('c_new', add(mul(f, state('c')), mul(i, z)))
const h = named('h_new', mul(o, named('tanh_c', tanh(c))))

/** Long short-term memory without peepholes; z is the cell input (elsewhere called g). */
export const lstm: RecurrentCell = defineCell({
  kind: 'recurrent',
  name: 'lstm',
  states: ['h', 'c'],
  inputGates: ['i', 'f', 'z', 'o'],
  recurrentGates: ['i', 'f', 'z', 'o'],
  biasGates: ['i', 'f', 'z', 'o'],
  next: { c, h },
})

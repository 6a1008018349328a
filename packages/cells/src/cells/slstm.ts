import { defineCell } from '../cell.ts'
import type { RecurrentCell } from '../cell.ts'
import {
  add,
  div,
  equal,
  exp,
  logSigmoid,
  max,
  min,
  mul,
  named,
  preactivation,
  select,
  sigmoid,
  state,
  stopGradient,
  sub,
  tanh,
} from '../expression.ts'
import type { Expr } from '../expression.ts'

/** The true derivative: gradients flow through the stabiliser m. */
export const slstm: RecurrentCell = scalarLstm('slstm', (m) => m)

/** The stabiliser m is a constant in each step, the mode of automatic differentiation with m detached. */
export const slstmDetached: RecurrentCell = scalarLstm('slstm-detached', stopGradient)

/** xLSTM's scalar cell (arXiv 2405.04517): exponential input gate, normaliser n, stabiliser m. */
function scalarLstm(name: string, stabiliser: (m: Expr) => Expr): RecurrentCell {
  const s = preactivation('i')
  const l = named('l', add(logSigmoid(preactivation('f')), stabiliser(state('m'))))
  // An element is fresh while n is 0, which after a zero initial state is the first step only: n' >= 1 afterwards.
  const m = named('m_new', stabiliser(select(equal(state('n'), 0), s, max(s, l))))
  const i = named('i', exp(sub(s, m)))
  // The exponent is positive on a fresh element alone, where f multiplies zeros; unclamped, f would overflow to
  // infinity in float32 for s < l − 88 and infinity · 0 would poison c and n.
  const f = named('f', exp(min(sub(l, m), 40)))
  const z = named('z', tanh(preactivation('z')))
  const o = named('o', sigmoid(preactivation('o')))
  const c = named('c_new', add(mul(f, state('c')), mul(i, z)))
  const n = named('n_new', max(add(mul(f, state('n')), i), 1))
  const h = named('h_new', div(mul(o, c), n))
  return defineCell({
    kind: 'recurrent',
    name,
    states: ['h', 'c', 'n', 'm'],
    inputGates: ['i', 'f', 'z', 'o'],
    recurrentGates: ['i', 'f', 'z', 'o'],
    biasGates: ['i', 'f', 'z', 'o'],
    next: { m, n, c, h },
  })
}

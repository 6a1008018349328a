import { add, less, named, select, sigmoid } from '../expression.ts'
import type { Expr } from '../expression.ts'

/**
 * The activation of the published minGRU and minLSTM packages, named `g`: x + ½ for x ≥ 0, σ(x) below; positive, so that
 * it has a logarithm. At 0 both branches give ½, and the slope is the right one's, 1.
 */
export function positive(x: Expr): Expr {
  return named('g', select(less(x, 0), sigmoid(x), add(x, 0.5)))
}

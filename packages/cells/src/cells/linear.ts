import { defineCell } from '../cell.ts'
import type { ScanCell } from '../cell.ts'
import { exp, input, sigmoid } from '../expression.ts'
import type { Expr } from '../expression.ts'

/** The bare linear recurrence h' = a h + b. */
export const linear: ScanCell = linearCell('linear', input('a'))

/** The same with a given as its logarithm: a = e^a. */
export const linearLog: ScanCell = linearCell('linear-log', exp(input('a')))

/** The same with a given as its logit: a = σ(a). */
export const linearLogit: ScanCell = linearCell('linear-logit', sigmoid(input('a')))

function linearCell(name: string, a: Expr): ScanCell {
  return defineCell({ kind: 'scan', name, inputs: ['a', 'b'], a, b: input('b') })
}

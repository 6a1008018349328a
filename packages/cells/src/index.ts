export { backwardStep, scanBackwardStep } from './backward-step.ts'
export type { RecurrentBackwardStep, ScanBackwardStep } from './backward-step.ts'
export { defineCell } from './cell.ts'
export type { Cell, RecurrentCell, ScanCell } from './cell.ts'
export { elman } from './cells/elman.ts'
export { gru } from './cells/gru.ts'
export { hgrn } from './cells/hgrn.ts'
export { linear, linearLog, linearLogit } from './cells/linear.ts'
export { lstm } from './cells/lstm.ts'
export { mingru, mingruPlain } from './cells/mingru.ts'
export { minlstm, minlstmPlain } from './cells/minlstm.ts'
export { qrnn, qrnnIfo } from './cells/qrnn.ts'
export { rgLru } from './cells/rg-lru.ts'
export { slstm, slstmDetached } from './cells/slstm.ts'
export { sru } from './cells/sru.ts'
export { compile, evaluate } from './evaluate.ts'
export type { Program } from './evaluate.ts'
export {
  Ry,
  Wx,
  add,
  bias,
  constant,
  div,
  equal,
  exp,
  gradientOf,
  input,
  weight,
  leaf,
  less,
  lessEqual,
  log,
  logSigmoid,
  max,
  min,
  mul,
  named,
  nodesOf,
  neg,
  preactivation,
  select,
  sigmoid,
  softplus,
  sqrt,
  state,
  stopGradient,
  sub,
  tanh,
} from './expression.ts'
export type { BinaryOp, Comparison, Condition, Expr, Leaf, Operand, UnaryOp } from './expression.ts'
export { gradient } from './gradient.ts'
export type { Output } from './gradient.ts'
export { CellError } from './messages.ts'
export type { CellErrorCode } from './messages.ts'
export { printExpressions } from './print.ts'
export type { PrintOptions, PrintedExpressions } from './print.ts'
export type { Target } from './print-functions.ts'
export { isReserved } from './print-names.ts'
export { backward, forward } from './recurrent-reference.ts'
export type { RecurrentGradients, RecurrentInputs, RecurrentSizes } from './recurrent-reference.ts'
export { cell, cellNames, registerCell } from './registry.ts'
export { scanBackward, scanForward } from './scan-reference.ts'
export type { ScanAdjoint, ScanInputs, ScanSizes } from './scan-reference.ts'
export { leavesOf } from './tape.ts'

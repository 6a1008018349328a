import { badConstant, badName } from './messages.ts'

/**
 * Where a value of one step comes from. `Wx`, `Ry` and `b` name a gate: its input projection, its recurrent product and
 * its bias. `state` is a state that enters the step, `input` an input of a scan cell, `weight` one of its weights, the
 * same at every step, `gradient` the gradient that reaches a state that leaves the step, `saved` a named expression that
 * the forward pass has stored.
 */
export interface Leaf {
  readonly kind: 'Wx' | 'Ry' | 'b' | 'state' | 'input' | 'weight' | 'gradient' | 'saved'
  readonly name: string
}

export type UnaryOp = 'neg' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'logSigmoid' | 'softplus'
export type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max'
export type Comparison = 'less' | 'lessEqual' | 'equal'

/**
 * A value of one step, for one unit: an immutable node of a graph whose shared nodes are computed once. `name`, where
 * there is one, is what printed code calls it. Make nodes with the functions of this file, not by hand.
 */
export type Expr =
  | { readonly op: 'const'; readonly value: number; readonly name?: string }
  | { readonly op: 'leaf'; readonly leaf: Leaf; readonly name?: string }
  | { readonly op: UnaryOp; readonly args: readonly [Expr]; readonly name?: string }
  | { readonly op: BinaryOp; readonly args: readonly [Expr, Expr]; readonly name?: string }
  | { readonly op: 'select'; readonly args: readonly [Condition, Expr, Expr]; readonly name?: string }
  | { readonly op: 'stopGradient'; readonly args: readonly [Expr]; readonly name?: string }

/** A truth value, for `select` only. */
export interface Condition {
  readonly op: Comparison
  readonly args: readonly [Expr, Expr]
}

/** An expression, or a number that stands for a constant. */
export type Operand = Expr | number

/** A finite constant; it must be finite as a float32 too, because that is how it is printed. */
export function constant(value: number): Expr {
  if (!Number.isFinite(Math.fround(value))) throw badConstant(value)
  // −0 becomes 0: the two are equal, and equal constants share a place on the tape.
  return { op: 'const', value: value === 0 ? 0 : value }
}

export function leaf(kind: Leaf['kind'], name: string): Expr {
  return { op: 'leaf', leaf: { kind, name } }
}

/** Input projection of a gate. */
export function Wx(gate: string): Expr {
  return leaf('Wx', gate)
}

/** Recurrent product of a gate: R times the first state that enters the step. */
export function Ry(gate: string): Expr {
  return leaf('Ry', gate)
}

/** Bias of a gate. */
export function bias(gate: string): Expr {
  return leaf('b', gate)
}

/** A state as it enters the step. */
export function state(name: string): Expr {
  return leaf('state', name)
}

/** A weight of a scan cell: one value for each channel. */
export function weight(name: string): Expr {
  return leaf('weight', name)
}

/** An input of a scan cell. */
export function input(name: string): Expr {
  return leaf('input', name)
}

/** The whole gradient of a state that leaves the step: the one from outside plus the one carried back in time. */
export function gradientOf(state: string): Expr {
  return leaf('gradient', state)
}

/** The usual sum before an activation, named `pre_<gate>`: Wx + Ry + b. */
export function preactivation(gate: string): Expr {
  return named(`pre_${gate}`, add(add(Wx(gate), Ry(gate)), bias(gate)))
}

/** The same value under a name: printed code gives it a line of its own, `saved` of `backwardStep` can refer to it. */
export function named(name: string, expr: Expr): Expr {
  if (!isIdentifier(name)) throw badName(name)
  return { ...expr, name }
}

/** Whether both CUDA and WGSL take this as a name (two underscores in a row belong to the compilers). */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*_?$/.test(name)
}

/** Left plus right; sums with 0 vanish and a sum with a negated term becomes a difference. */
export function add(left: Operand, right: Operand): Expr {
  const [a, b] = [toExpr(left), toExpr(right)]
  if (a.op === 'const' && b.op === 'const') return constant(a.value + b.value)
  if (isConstant(a, 0)) return b
  if (isConstant(b, 0)) return a
  if (isNegation(b)) return sub(a, b.args[0])
  if (isNegation(a)) return sub(b, a.args[0])
  return mergeMasks(a, b) ?? { op: 'add', args: [a, b] }
}

export function sub(left: Operand, right: Operand): Expr {
  const [a, b] = [toExpr(left), toExpr(right)]
  if (a.op === 'const' && b.op === 'const') return constant(a.value - b.value)
  if (isConstant(a, 0)) return neg(b)
  if (isConstant(b, 0)) return a
  if (isNegation(b)) return add(a, b.args[0])
  return { op: 'sub', args: [a, b] }
}

/**
 * Left times right. A product with 0 is 0 whatever the other factor, infinite ones included; for the same reason a
 * factor of a `select` between 0 and something moves inside it.
 */
export function mul(left: Operand, right: Operand): Expr {
  const [a, b] = [toExpr(left), toExpr(right)]
  if (a.op === 'const' && b.op === 'const') return constant(a.value * b.value)
  if (isConstant(a, 0) || isConstant(b, 0)) return constant(0)
  if (isConstant(a, 1)) return b
  if (isConstant(b, 1)) return a
  if (isConstant(a, -1)) return neg(b)
  if (isConstant(b, -1)) return neg(a)
  if (isNegation(a)) return neg(mul(a.args[0], b))
  if (isNegation(b)) return neg(mul(a, b.args[0]))
  if (isMask(a)) return insideMask(a, (branch) => mul(branch, b))
  if (isMask(b)) return insideMask(b, (branch) => mul(a, branch))
  return { op: 'mul', args: [a, b] }
}

export function div(left: Operand, right: Operand): Expr {
  const [a, b] = [toExpr(left), toExpr(right)]
  if (isConstant(b, 1)) return a
  if (isConstant(a, 0) && !isConstant(b, 0)) return a
  if (isNegation(a)) return neg(div(a.args[0], b))
  if (isMask(a)) return insideMask(a, (branch) => div(branch, b))
  return { op: 'div', args: [a, b] }
}

export function neg(operand: Operand): Expr {
  const a = toExpr(operand)
  if (a.op === 'const') return constant(-a.value)
  if (isMask(a)) return insideMask(a, neg)
  return isNegation(a) ? a.args[0] : { op: 'neg', args: [a] }
}

export function exp(operand: Operand): Expr {
  return { op: 'exp', args: [toExpr(operand)] }
}

export function log(operand: Operand): Expr {
  return { op: 'log', args: [toExpr(operand)] }
}

export function sqrt(operand: Operand): Expr {
  return { op: 'sqrt', args: [toExpr(operand)] }
}

export function tanh(operand: Operand): Expr {
  return { op: 'tanh', args: [toExpr(operand)] }
}

/** 1 / (1 + e^−x). Write 1 − σ(x) as sigmoid(neg(x)): it keeps its digits for large x. */
export function sigmoid(operand: Operand): Expr {
  return { op: 'sigmoid', args: [toExpr(operand)] }
}

/** log σ(x), without overflow. */
export function logSigmoid(operand: Operand): Expr {
  return { op: 'logSigmoid', args: [toExpr(operand)] }
}

/** log(1 + e^x), without overflow. */
export function softplus(operand: Operand): Expr {
  return { op: 'softplus', args: [toExpr(operand)] }
}

export function min(left: Operand, right: Operand): Expr {
  return { op: 'min', args: [toExpr(left), toExpr(right)] }
}

export function max(left: Operand, right: Operand): Expr {
  return { op: 'max', args: [toExpr(left), toExpr(right)] }
}

export function less(left: Operand, right: Operand): Condition {
  return { op: 'less', args: [toExpr(left), toExpr(right)] }
}

export function lessEqual(left: Operand, right: Operand): Condition {
  return { op: 'lessEqual', args: [toExpr(left), toExpr(right)] }
}

export function equal(left: Operand, right: Operand): Condition {
  return { op: 'equal', args: [toExpr(left), toExpr(right)] }
}

/** `whenTrue` where the condition holds, else `whenFalse`; no gradient flows through the condition. */
export function select(condition: Condition, whenTrue: Operand, whenFalse: Operand): Expr {
  const [a, b] = [toExpr(whenTrue), toExpr(whenFalse)]
  if (a === b || (a.op === 'const' && isConstant(b, a.value))) return a
  return { op: 'select', args: [condition, a, b] }
}

/** The same value, taken as a constant by `gradient`. */
export function stopGradient(operand: Operand): Expr {
  return { op: 'stopGradient', args: [toExpr(operand)] }
}

/** Whether the expression is this constant; −0 counts as 0. */
export function isConstant(expr: Expr, value: number): boolean {
  return expr.op === 'const' && expr.value === value
}

/** The expressions and conditions that a node is computed from. */
export function argumentsOf(node: Expr | Condition): readonly (Expr | Condition)[] {
  return 'args' in node ? node.args : []
}

/**
 * Every node that the given ones are computed from, themselves included, arguments before what uses them. Nodes count
 * by identity here; `linearise` also merges equal ones.
 */
export function nodesOf(roots: readonly Expr[]): (Expr | Condition)[] {
  const seen = new Set<Expr | Condition>()
  const ordered: (Expr | Condition)[] = []
  const visit = (node: Expr | Condition): void => {
    if (seen.has(node)) return
    seen.add(node)
    argumentsOf(node).forEach(visit)
    ordered.push(node)
  }
  roots.forEach(visit)
  return ordered
}

function toExpr(operand: Operand): Expr {
  return typeof operand === 'number' ? constant(operand) : operand
}

/** A negation without a name: a name promises a line of its own, so it is not folded away. */
function isNegation(expr: Expr): expr is Extract<Expr, { op: UnaryOp }> {
  return expr.op === 'neg' && expr.name === undefined
}

type Select = Extract<Expr, { op: 'select' }>

/** A `select` with a 0 on one side, as the derivative of a `select` makes them. */
function isMask(expr: Expr): expr is Select {
  return (
    expr.op === 'select' && expr.name === undefined && expr.args.some((arg) => arg.op === 'const' && arg.value === 0)
  )
}

function insideMask({ args: [condition, whenTrue, whenFalse] }: Select, change: (branch: Expr) => Expr): Expr {
  const changed = (branch: Expr): Expr => (isConstant(branch, 0) ? branch : change(branch))
  return select(condition, changed(whenTrue), changed(whenFalse))
}

/** The sum as one `select`, where both have the same condition; the one on the left may have summands before it. */
function mergeMasks(a: Expr, b: Expr): Expr | undefined {
  if (!isMask(b)) return undefined
  if (a.op === 'add' && a.name === undefined) {
    const merged = mergeMasks(a.args[1], b)
    return merged === undefined ? undefined : add(a.args[0], merged)
  }
  if (!isMask(a) || a.args[0] !== b.args[0]) return undefined
  return select(a.args[0], add(a.args[1], b.args[1]), add(a.args[2], b.args[2]))
}

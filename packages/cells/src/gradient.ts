import {
  add,
  argumentsOf,
  constant,
  div,
  equal,
  less,
  mul,
  named,
  neg,
  nodesOf,
  select,
  sigmoid,
  sub,
} from './expression.ts'
import type { Condition, Expr, Leaf } from './expression.ts'

/** An expression and the gradient that reaches it from outside. */
export interface Output {
  readonly expr: Expr
  readonly seed: Expr
}

/**
 * The derivative of Σ seed · expr with respect to each leaf, as expressions that share nodes with the given ones; 0 for
 * a leaf that nothing depends on. The adjoint of an expression or leaf named `i` is named `d_i`, that of a gate `d_Wx_i`.
 * Where the arguments of `max` or `min` are equal, each gets half of the gradient, as in automatic differentiation.
 *
 * @example
 * const k = input('k')
 * gradient([{ expr: sigmoid(k), seed: constant(1) }], [{ kind: 'input', name: 'k' }]) // [σ(k) (1 − σ(k))]
 */
export function gradient(outputs: readonly Output[], wrt: readonly Leaf[]): Expr[] {
  const adjoints = new Map<Expr | Condition, Expr>()
  const accumulate = (node: Expr | Condition, contribution: Expr): void => {
    const sum = adjoints.get(node)
    adjoints.set(node, sum === undefined ? contribution : add(sum, contribution))
  }
  for (const { expr, seed } of outputs) accumulate(expr, seed)

  const found = new Map<string, Expr>()
  for (const node of nodesOf(outputs.map(({ expr }) => expr)).reverse()) {
    if (isCondition(node)) continue
    const sum = adjoints.get(node)
    if (sum === undefined) continue
    const adjoint = nameAdjoint(sum, node.name)
    if (node.op === 'leaf') {
      // Leaves are the same by what they name: each mention may be a node of its own.
      const known = found.get(keyOf(node.leaf))
      found.set(keyOf(node.leaf), known === undefined ? adjoint : add(known, adjoint))
    } else {
      partials(node, adjoint).forEach((partial, index) => accumulate(argumentsOf(node)[index]!, partial))
    }
  }
  return wrt.map((leaf) => nameAdjoint(found.get(keyOf(leaf)) ?? constant(0), leafName(leaf)))
}

/** What each argument of a node receives when the node receives `g`; conditions receive a 0 that nobody reads. */
function partials(node: Exclude<Expr, { op: 'leaf' }>, g: Expr): readonly Expr[] {
  switch (node.op) {
    case 'const':
    case 'stopGradient':
      return []
    case 'add':
      return [g, g]
    case 'sub':
      return [g, neg(g)]
    case 'mul':
      return [mul(g, node.args[1]), mul(g, node.args[0])]
    case 'div':
      return [div(g, node.args[1]), neg(div(mul(g, node), node.args[1]))]
    case 'neg':
      return [neg(g)]
    case 'exp':
      return [mul(g, node)]
    case 'log':
      return [div(g, node.args[0])]
    case 'sqrt':
      return [div(mul(g, 0.5), node)]
    case 'tanh':
      return [mul(g, sub(1, mul(node, node)))]
    case 'sigmoid':
      return [mul(mul(g, node), sub(1, node))]
    case 'logSigmoid':
      return [mul(g, sigmoid(neg(node.args[0])))]
    case 'softplus':
      return [mul(g, sigmoid(node.args[0]))]
    case 'max':
      return split(g, node.args, less(node.args[1], node.args[0]))
    case 'min':
      return split(g, node.args, less(node.args[0], node.args[1]))
    case 'select':
      return [constant(0), select(node.args[0], g, 0), select(node.args[0], 0, g)]
  }
}

/** What the two arguments of `max` or `min` receive: all or nothing, or half each where they are equal. */
function split(g: Expr, [first, second]: readonly [Expr, Expr], firstWins: Condition): readonly [Expr, Expr] {
  const weight = select(equal(first, second), 0.5, select(firstWins, 1, 0))
  return [mul(g, weight), mul(g, sub(1, weight))]
}

/** The name of a leaf's gradient; gates have three kinds of leaves, so these say their kind. */
function leafName({ kind, name }: Leaf): string {
  return kind === 'Wx' || kind === 'Ry' || kind === 'b' ? `${kind}_${name}` : name
}

function nameAdjoint(adjoint: Expr, name: string | undefined): Expr {
  const isPlain = adjoint.op === 'leaf' || adjoint.op === 'const' || adjoint.name !== undefined
  return name === undefined || isPlain ? adjoint : named(`d_${name}`, adjoint)
}

function isCondition(node: Expr | Condition): node is Condition {
  return node.op === 'less' || node.op === 'lessEqual' || node.op === 'equal'
}

function keyOf(leaf: Leaf): string {
  return `${leaf.kind} ${leaf.name}`
}

import { add, div, max, min, mul, neg, select, sub } from './expression.ts'
import type { Condition, Expr, Leaf } from './expression.ts'

/** The expressions with every node that has one of the names replaced; untouched nodes stay the same nodes. */
export function substitute(exprs: readonly Expr[], replacements: Readonly<Record<string, Expr>>): Expr[] {
  return replace(exprs, ({ name }) =>
    name !== undefined && Object.hasOwn(replacements, name) ? replacements[name] : undefined,
  )
}

/** The expressions with every mention of a leaf replaced; untouched nodes stay the same nodes. */
export function substituteLeaf(exprs: readonly Expr[], { kind, name }: Leaf, replacement: Expr): Expr[] {
  return replace(exprs, (node) =>
    node.op === 'leaf' && node.leaf.kind === kind && node.leaf.name === name ? replacement : undefined,
  )
}

function replace(exprs: readonly Expr[], replacementOf: (node: Expr) => Expr | undefined): Expr[] {
  const done = new Map<Expr, Expr>()
  const visit = (node: Expr): Expr => {
    const known = done.get(node)
    if (known !== undefined) return known
    const result = replacementOf(node) ?? rebuild(node, visit)
    done.set(node, result)
    return result
  }
  return exprs.map(visit)
}

function rebuild(node: Expr, visit: (node: Expr) => Expr): Expr {
  if (!('args' in node)) return node
  if (node.op === 'select') {
    const [condition, whenTrue, whenFalse] = node.args
    const args = [rebuildCondition(condition, visit), visit(whenTrue), visit(whenFalse)] as const
    return args.every((arg, index) => arg === node.args[index]) ? node : keepName(node, select(...args))
  }
  const args = node.args.map((arg) => visit(arg))
  return args.every((arg, index) => arg === node.args[index]) ? node : keepName(node, apply(node, args))
}

function rebuildCondition(condition: Condition, visit: (node: Expr) => Expr): Condition {
  const [left, right] = [visit(condition.args[0]), visit(condition.args[1])]
  const isSame = left === condition.args[0] && right === condition.args[1]
  return isSame ? condition : { op: condition.op, args: [left, right] }
}

/** The same operation on other arguments, simplified where they allow it. */
function apply(node: Exclude<Expr, { op: 'const' | 'leaf' | 'select' }>, args: readonly Expr[]): Expr {
  const [x, y] = [args[0]!, args[1] ?? args[0]!]
  switch (node.op) {
    case 'add':
      return add(x, y)
    case 'sub':
      return sub(x, y)
    case 'mul':
      return mul(x, y)
    case 'div':
      return div(x, y)
    case 'min':
      return min(x, y)
    case 'max':
      return max(x, y)
    case 'neg':
      return neg(x)
    default:
      return { op: node.op, args: [x] }
  }
}

function keepName(from: Expr, to: Expr): Expr {
  return from.name === undefined ? to : { ...to, name: from.name }
}

import type { Expression } from '../language/expression.ts'
import { sizeOf, hullOf } from './domain.ts'
import { commonAtom, divided, product, sum, type Polynomial } from './polynomial.ts'
import type { Space } from './space.ts'

/** What a node does with its parts; `value` is a number or a variable, which has none. */
export type NodeOp =
  | 'value'
  | '+' | '-' | '*' | '/' | '//' | '%' | '^'
  | 'not' | 'and' | 'or' | '<' | '<=' | '==' | 'if' | 'in'
  | 'min' | 'max' | 'abs' | 'ceil_div' | 'round_up' | 'gcd' | 'lcm' | 'log2' | 'divides' // prettier-ignore

export interface Node {
  readonly op: NodeOp
  /** Earlier nodes of the network. */
  readonly parts: readonly number[]
  /** Nodes of which it is a part. */
  readonly parents: number[]
  /** What it can be as far as domains tell; a condition is 0 or 1. */
  readonly from: number
  readonly to: number
  /** Of a comparison: the same one, of the factored difference of its sides with 0. */
  twin?: number
  /** Of `in`: the rows that its parts may make up. */
  readonly rows?: readonly (readonly number[])[]
}

/**
 * Expressions of a space as one network: what is written twice, in one rule or in several, is one node, so that what one
 * rule says of it the others know. The first nodes are the space's variables, in their order.
 */
export class Network {
  readonly space: Space
  readonly nodes: Node[] = []
  readonly #known = new Map<Expression | string, number>()

  constructor(space: Space) {
    this.space = space
    for (const { values } of space.variables) {
      const [from, to] = sizeOf(values) === 0 ? [1, 0] : hullOf(values)
      // Values of ranges without end stay exact, or they are no values.
      this.nodes.push({ op: 'value', parts: [], parents: [], from, to: Math.min(to, Number.MAX_SAFE_INTEGER) })
    }
    for (const { condition } of space.rules) this.of(condition)
    // Only now is it known what several rules share.
    for (const node of [...this.nodes.keys()]) this.#compareFactored(node)
  }

  /** The node of an expression. */
  of(expression: Expression): number {
    const known = this.#known.get(expression)
    if (known !== undefined) return known
    const node = this.#made(expression)
    this.#known.set(expression, node)
    return node
  }

  #made(expression: Expression): number {
    switch (expression.kind) {
      case 'number':
        return this.#number(expression.value)
      case 'name': {
        const { givens, indexOf, lets } = this.space
        const given = givens[expression.name]
        if (given !== undefined) return this.#number(given)
        return indexOf.get(expression.name) ?? this.of(lets.get(expression.name)!)
      }
      case 'negate':
        return this.#node('-', [this.#number(0), this.of(expression.arg)])
      case 'not':
        return this.#node('not', [this.of(expression.arg)])
      case 'arithmetic': {
        const parts = [this.of(expression.left), this.of(expression.right)]
        return expression.op === '*' ? this.#product(parts) : this.#node(expression.op, parts)
      }
      case 'logic': {
        const [left, right] = [this.of(expression.left), this.of(expression.right)]
        if (expression.op !== 'implies') return this.#node(expression.op, [left, right])
        return this.#node('or', [this.#node('not', [left]), right])
      }
      case 'compare': {
        const terms = expression.terms.map((term) => this.of(term))
        return expression.ops
          .map((op, i) => {
            const [left, right] = [terms[i]!, terms[i + 1]!]
            if (op === '>' || op === '>=') return this.#node(op === '>' ? '<' : '<=', [right, left])
            return op === '!=' ? this.#node('not', [this.#node('==', [left, right])]) : this.#node(op, [left, right])
          })
          .reduce((left, right) => this.#node('and', [left, right]))
      }
      case 'call':
        return this.#node(
          expression.name,
          expression.args.map((arg) => this.of(arg)),
        )
      case 'if':
        return this.#node('if', [this.of(expression.condition), this.of(expression.yes), this.of(expression.no)])
      case 'in':
        return this.#node(
          'in',
          expression.items.map((item) => this.of(item)),
          expression.rows,
        )
    }
  }

  /**
   * Bounds of a difference are those of its parts taken apart: of `a * b - 3 * a` they do not tell that it is positive
   * where `b` is above 3, as they do of `a * (b - 3)`.
   */
  #compareFactored(node: number): void {
    const { op, parts } = this.nodes[node]!
    if (op !== '<' && op !== '<=' && op !== '==') return
    const difference = this.#factoredDifference(parts[0]!, parts[1]!)
    const twin = difference === undefined ? node : this.#node(op, [difference, this.#number(0)])
    if (twin === node) return
    this.nodes[node]!.twin = twin
    this.nodes[twin]!.parents.push(node)
  }

  /** Nodes that all are what a number is: of a difference, itself and its factored form. */
  formsOf(number: Expression): readonly number[] {
    if (number.kind !== 'arithmetic' || number.op !== '-') return [this.of(number)]
    const factored = this.#factoredDifference(this.of(number.left), this.of(number.right))
    return factored === undefined ? [this.of(number)] : [this.of(number), factored]
  }

  #factoredDifference(left: number, right: number): number | undefined {
    const terms = sum(this.#expanded(left, true), this.#expanded(right, true), -1)
    const isExact = terms.every(({ factor }) => Number.isSafeInteger(factor))
    return isExact && commonAtom(terms) !== undefined ? this.#factored(terms) : undefined
  }

  /** Sums that occur elsewhere too stay whole: what is known of them from there is known of them here. */
  #expanded(node: number, isWhole: boolean): Polynomial {
    const { op, parts, parents, from } = this.nodes[node]!
    if (this.#isNumber(node)) return from === 0 ? [] : [{ factor: from, atoms: [] }]
    const isSum = op === '+' || op === '-'
    if ((!isSum && op !== '*') || (isSum && parents.length > 1 && !isWhole)) return [{ factor: 1, atoms: [node] }]
    const [left, right] = parts.map((part) => this.#expanded(part, false)) as [Polynomial, Polynomial]
    if (isSum) return sum(left, right, op === '-' ? -1 : 1)
    return left.length * right.length > MOST_TERMS ? [{ factor: 1, atoms: [node] }] : product(left, right)
  }

  /** A polynomial with what most terms have in common in front of them, and so on. */
  #factored(terms: Polynomial): number {
    const atom = commonAtom(terms)
    if (atom === undefined)
      return terms
        .map(({ factor, atoms }) =>
          this.#product(factor === 1 && atoms.length > 0 ? atoms : [...atoms, this.#number(factor)]),
        )
        .reduce((left, right) => this.#node('+', [left, right]), this.#number(0))
    const { quotient, rest } = divided(terms, atom)
    const front = this.#product([atom, this.#factored(quotient)])
    return rest.length === 0 ? front : this.#node('+', [front, this.#factored(rest)])
  }

  /** Factors in the order of their nodes, so that products of the same ones share what they have in common. */
  #product(parts: readonly number[]): number {
    const rank = (node: number): number => node + (this.#isNumber(node) ? this.nodes.length : 0)
    return parts
      .flatMap((part) => this.factorsOf(part))
      .sort((a, b) => rank(a) - rank(b))
      .reduce((left, right) => this.#node('*', [left, right]))
  }

  /** The nodes that a product multiplies; of anything else, itself. */
  factorsOf(node: number): readonly number[] {
    const { op, parts } = this.nodes[node]!
    return op === '*' ? parts.flatMap((part) => this.factorsOf(part)) : [node]
  }

  #isNumber(node: number): boolean {
    return this.nodes[node]!.op === 'value' && node >= this.space.variables.length
  }

  #number(value: number): number {
    return this.#unique(`${value}`, { op: 'value', parts: [], from: value, to: value })
  }

  #node(op: NodeOp, parts: readonly number[], rows?: readonly (readonly number[])[]): number {
    const key = `${op} ${parts.join()}${rows ? ` ${JSON.stringify(rows)}` : ''}`
    const [from, to] = TRUTHS.has(op) ? [0, 1] : [-Infinity, Infinity]
    return this.#unique(key, { op, parts, from, to, ...(rows && { rows }) })
  }

  #unique(key: string, node: Omit<Node, 'parents'>): number {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const made = this.nodes.length
    this.nodes.push({ ...node, parents: [] })
    for (const part of new Set(node.parts)) this.nodes[part]!.parents.push(made)
    this.#known.set(key, made)
    return made
  }
}

// A product of sums with more terms than this stays one.
const MOST_TERMS = 16

const TRUTHS: ReadonlySet<NodeOp> = new Set<NodeOp>(['not', 'and', 'or', '<', '<=', '==', 'in', 'divides'])

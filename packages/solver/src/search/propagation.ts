import { backward, forward, type Known } from './deduction.ts'
import { leastFrom, mostUpTo } from './domain.ts'
import type { Network, Node } from './network.ts'

/** What a deduction rests on: a rule is its number, a decision −1 minus its level. */
export type Reasons = ReadonlySet<number>

/** Something known of a node: an end of its interval, or that its value has to exist. Its number is 3 · node + this. */
const FROM = 0
const TO = 1
const NEEDED = 2

/** Bounds of a node's parts follow from the others here, never from its own. */
const SELFLESS: ReadonlySet<string> = new Set(['+', '-', '*', '<', '<=', 'not', 'and', 'or'])

// Ends of large ranges can creep towards each other: nodes are looked at as often as this on average, then some are decided.
const MOST_LOOKS = 6

/**
 * What is known of the nodes of a network under assumptions: intervals, passed on from parts to wholes and back until
 * nothing follows any more. Each deduction remembers where it came from, so that a contradiction tells what it rests on.
 *
 * A node's interval holds its value in every solution in which that exists; only of a node that is needed, because a
 * rule has no truth without it, the parts follow from the whole.
 */
export class Propagation implements Known {
  /** How many nodes have been looked at. */
  steps = 0
  /** What the last contradiction rests on. */
  conflict: Reasons = new Set()
  readonly from: Float64Array
  readonly to: Float64Array
  readonly #network: Network
  readonly nodes: readonly Node[]
  readonly #variables: number
  readonly #needed: Uint8Array
  readonly #isUsed: Uint8Array
  readonly #isWaiting: Uint8Array
  /** Of facts, while reasons are looked for. */
  readonly #isWanted: Uint8Array
  #waiting: number[] = []
  readonly #facts: number[] = []
  readonly #before: number[] = []
  readonly #causes: (number | Reasons)[] = []

  /** Nothing is assumed yet; only what `used` nodes are made of is looked at. */
  constructor(network: Network, used: readonly number[]) {
    const { nodes, space } = network
    this.#network = network
    this.nodes = nodes
    this.#variables = space.variables.length
    this.from = Float64Array.from(nodes, ({ from }) => from)
    this.to = Float64Array.from(nodes, ({ to }) => to)
    this.#needed = Uint8Array.from(nodes, ({ op }) => Number(op === 'value'))
    this.#isUsed = new Uint8Array(nodes.length)
    this.#isWaiting = new Uint8Array(nodes.length)
    this.#isWanted = new Uint8Array(3 * nodes.length)
    const use = (node: number): void => {
      if (this.#isUsed[node]) return
      this.#isUsed[node] = 1
      nodes[node]!.parts.forEach(use)
      if (nodes[node]!.twin !== undefined) use(nodes[node]!.twin)
    }
    used.forEach(use)
    nodes.forEach(({ op }, node) => op !== 'value' && this.#wait(node))
  }

  /** Whether a used node is or has a node as a part. */
  isUsed(node: number): boolean {
    return this.#isUsed[node] === 1
  }

  /** How much is known; `undo` goes back there. */
  get known(): number {
    return this.#facts.length
  }

  undo(known: number): void {
    while (this.#facts.length > known) {
      const fact = this.#facts.pop()!
      this.#of(fact)[Math.floor(fact / 3)] = this.#before.pop()!
      this.#causes.pop()
    }
  }

  /** Takes for granted that a node has a value between two; false where that contradicts what is known. */
  assume(node: number, from: number, to: number, why: Reasons): boolean {
    this.need(node, why)
    return this.tighten(node, from, to, why)
  }

  /** Draws conclusions, not endlessly many; false where they contradict each other. */
  propagate(): boolean {
    let isConsistent = true
    for (let at = 0; at < this.#waiting.length; at++) {
      const node = this.#waiting[at]!
      this.#isWaiting[node] = 0
      if (!isConsistent || at > MOST_LOOKS * this.nodes.length) continue
      this.steps++
      isConsistent = forward(this, node) && (this.#needed[node] === 0 || backward(this, node))
    }
    this.#waiting = []
    return isConsistent
  }

  /** What the intervals of some nodes rest on. */
  why(nodes: readonly number[]): Set<number> {
    return this.#reasons(nodes.flatMap((node) => [3 * node + FROM, 3 * node + TO]))
  }

  #of(fact: number): Float64Array | Uint8Array {
    const kind = fact % 3
    return kind === FROM ? this.from : kind === TO ? this.to : this.#needed
  }

  #wait(node: number): void {
    if (this.#isWaiting[node] || !this.#isUsed[node]) return
    this.#isWaiting[node] = 1
    this.#waiting.push(node)
  }

  #learn(node: number, kind: number, value: number, cause: number | Reasons): void {
    const fact = 3 * node + kind
    const known = this.#of(fact)
    this.#facts.push(fact)
    this.#before.push(known[node]!)
    this.#causes.push(cause)
    known[node] = value
    const { op, parents } = this.nodes[node]!
    if (op !== 'value') this.#wait(node)
    if (kind !== NEEDED) for (const parent of parents) this.#wait(parent)
  }

  need(node: number, cause: number | Reasons): void {
    if (this.#needed[node] === 0) this.#learn(node, NEEDED, 1, cause)
  }

  factorsOf(node: number): readonly number[] {
    return this.#network.factorsOf(node)
  }

  tighten(node: number, from: number, to: number, cause: number | Reasons): boolean {
    let low = Math.ceil(widened(from, -1))
    let high = Math.floor(widened(to, 1))
    const known = this.from[node]!
    const limit = this.to[node]!
    const isHigher = low > known
    const isLower = high < limit
    if (!isHigher && !isLower) return true
    if (node < this.#variables) {
      const { values } = this.#network.space.variables[node]!
      if (isHigher) low = leastFrom(values, low)
      if (isLower) high = mostUpTo(values, high)
    }
    const isEmpty = (isHigher ? low : known) > (isLower ? high : limit) || low === Infinity || high === -Infinity
    if (isEmpty) {
      if (this.#needed[node] === 0) return true
      const own = [3 * node + FROM, 3 * node + TO, 3 * node + NEEDED]
      this.conflict = this.#reasons(own, cause)
      return false
    }
    if (isHigher) this.#learn(node, FROM, low, cause)
    if (isLower) this.#learn(node, TO, high, cause)
    return true
  }

  /** The assumptions that some facts rest on, and a cause besides. */
  #reasons(facts: readonly number[], cause?: number | Reasons): Set<number> {
    const isWanted = this.#isWanted.fill(0)
    const reasons = new Set<number>()
    const want = (node: number): void => {
      isWanted[3 * node + FROM] = isWanted[3 * node + TO] = 1
    }
    const ask = (why: number | Reasons, of: number): void => {
      if (typeof why !== 'number') return why.forEach((reason) => reasons.add(reason))
      const { op, parts, twin } = this.nodes[why]!
      const isSelfless = SELFLESS.has(op) && parts[0] !== parts[1]
      if (of !== twin || twin === undefined) for (const part of parts) if (part !== of || !isSelfless) want(part)
      if (of === why) return twin === undefined ? undefined : want(twin)
      if (!parts.includes(of) && of !== twin) want(of)
      want(why)
      isWanted[3 * why + NEEDED] = 1
    }
    for (const fact of facts) isWanted[fact] = 1
    if (cause !== undefined) ask(cause, Math.floor(facts[0]! / 3))
    for (let at = this.#facts.length - 1; at >= 0; at--) {
      const fact = this.#facts[at]!
      if (isWanted[fact] === 0) continue
      isWanted[fact] = 0
      ask(this.#causes[at]!, Math.floor(fact / 3))
    }
    return reasons
  }
}

/** An end of an interval, moved outwards where doubles are rounded. */
function widened(end: number, direction: 1 | -1): number {
  const size = Math.abs(end)
  return size > Number.MAX_SAFE_INTEGER && size < Infinity ? end + direction * size * 2 ** -50 : end
}

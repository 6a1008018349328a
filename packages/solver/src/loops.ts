import { holds, type Values } from './evaluate.ts'
import { Emitter, helpers, type Helpers } from './emit.ts'
import { namesIn, type Expression } from './expression.ts'
import type { Hulls } from './interval.ts'
import { scopesOf, type BoundRule, type Space } from './space.ts'

/** A search over some variables of a space, in this order, under the rules that read no others. */
export interface Nest {
  readonly space: Space
  /** Indices of the variables, outermost first. */
  readonly order: readonly number[]
  /** Values of each variable of `order`. */
  readonly domains: readonly (readonly number[])[]
  readonly rules: readonly BoundRule[]
}

/** What happens at each configuration: the values in the nest's order. Returning true ends the search. */
export type Visit = (values: readonly number[]) => boolean | void

/** Calls `visit` for every solution; generated loops where they may be generated, an interpreter elsewhere. */
export function search(nest: Nest, visit: Visit): void {
  const generated = generate(nest)
  if (generated) generated(visit)
  else interpret(nest, visit)
}

/** How many solutions a nest has. */
export function countNest(nest: Nest): number {
  const generated = generate(nest, 'count')
  if (generated) return generated(() => undefined) as number
  let count = 0
  interpret(nest, () => void count++)
  return count
}

/** The same search without generated code: what a browser that forbids `new Function` runs. */
export function interpret({ space, order, domains, rules }: Nest, visit: Visit): void {
  const names = order.map((index) => space.variables[index]!.name)
  const values: Record<string, number> = { ...space.givens }
  const row: number[] = []
  const due = rulesByDepth(order, rules)
  const descend = (depth: number): boolean => {
    if (depth === order.length) return visit(row.slice()) === true
    for (const value of domains[depth]!) {
      values[names[depth]!] = value
      row[depth] = value
      if (due[depth]!.every((rule) => holds(rule.condition, values, space.lets)) && descend(depth + 1)) return true
    }
    return false
  }
  if (rules.filter(({ scope }) => scope.length === 0).every((rule) => holds(rule.condition, values, space.lets)))
    descend(0)
}

/** Rules by the depth at which their last variable is known. */
function rulesByDepth(order: readonly number[], rules: readonly BoundRule[]): readonly (readonly BoundRule[])[] {
  const depths = new Map(order.map((index, depth) => [index, depth]))
  const depthOf = (rule: BoundRule): number => Math.max(...rule.scope.map((index) => depths.get(index)!))
  return order.map((_, depth) => rules.filter((rule) => rule.scope.length > 0 && depthOf(rule) === depth))
}

type Generated = (visit: Visit) => number | void

let isGenerationAllowed: boolean | undefined

function generate(nest: Nest, mode: 'visit' | 'count' = 'visit'): Generated | undefined {
  if (isGenerationAllowed === false) return undefined
  try {
    const { text, rules } = source(nest, mode)
    const build = new Function('D', 'H', 'holds', 'visit', text) as (
      domains: readonly (readonly number[])[],
      helpers: Helpers,
      holds: (rule: number, ...values: number[]) => boolean,
      visit: Visit,
    ) => number | void
    isGenerationAllowed = true
    const names = nest.order.map((index) => nest.space.variables[index]!.name)
    // What a rule means when arithmetic in it got into trouble is the interpreter's to say, overflow errors included.
    const slow = (rule: number, ...row: number[]): boolean => {
      const values: Values = { ...nest.space.givens, ...Object.fromEntries(row.map((value, i) => [names[i]!, value])) }
      return holds(rules[rule]!.condition, values, nest.space.lets)
    }
    return (visit) => build(nest.domains, helpers(), slow, visit)
  } catch (error) {
    if (!(error instanceof EvalError)) throw error
    isGenerationAllowed = false
    return undefined
  }
}

/** The text of the nested loops. */
function source(nest: Nest, mode: 'visit' | 'count'): { readonly text: string; readonly rules: readonly BoundRule[] } {
  const { order, rules } = nest
  const lines: string[] = ['let n=0;']
  const locals = new LocalNames(nest)
  const constant = rules.filter(({ scope }) => scope.length === 0)
  const numbered = [...constant, ...rules.filter(({ scope }) => scope.length > 0)]
  const test = (rule: BoundRule, depth: number, skip: string): void => {
    const { text, risky } = locals.emitter.emit(rule.condition)
    const known = order
      .slice(0, depth + 1)
      .map((_, i) => `,p${i}`)
      .join('')
    if (risky)
      lines.push(`H.trouble=0;{const c=${text};if(H.trouble?!holds(${numbered.indexOf(rule)}${known}):!c)${skip};}`)
    else lines.push(`if(!${text})${skip};`)
  }
  for (const rule of constant) test(rule, -1, 'return n')
  const due = rulesByDepth(order, rules)
  order.forEach((_, depth) => {
    // Nothing is asked of the innermost variable: all its values count.
    if (mode === 'count' && depth === order.length - 1 && due[depth]!.length === 0) {
      lines.push(`n+=D[${depth}].length;`)
      return
    }
    lines.push(`for(let i${depth}=0;i${depth}<D[${depth}].length;i${depth}++){const p${depth}=D[${depth}][i${depth}];`)
    lines.push(...locals.definitions(depth))
    for (const rule of due[depth]!) test(rule, depth, 'continue')
    if (depth === order.length - 1)
      lines.push(mode === 'count' ? 'n++;' : `if(visit([${order.map((_, i) => `p${i}`).join(',')}])===true)return;`)
  })
  if (order.length === 0) lines.push(mode === 'count' ? 'n++;' : 'visit([]);')
  const open = lines.filter((line) => line.startsWith('for(')).length
  return { text: `"use strict";${lines.join('\n')}${'}'.repeat(open)}return n;`, rules: numbered }
}

/** Names inside the loops: p0, p1 … for variables, v0 … for lets that are computed once, as early as they are known. */
class LocalNames {
  readonly emitter: Emitter
  readonly #byDepth: readonly (readonly { readonly name: string; readonly value: Expression }[])[]
  readonly #local = new Map<string, { readonly text: string; readonly risky: boolean }>()

  constructor({ space, order, domains, rules }: Nest) {
    const depthOf = new Map(order.map((index, depth) => [space.variables[index]!.name, depth]))
    const hulls: Hulls = (name) => {
      const depth = depthOf.get(name)
      const given = space.givens[name]
      if (given !== undefined) return [given, given]
      return depth === undefined ? undefined : extremes(domains[depth]!)
    }
    this.emitter = new Emitter(hulls, space.lets, (name) => {
      const depth = depthOf.get(name)
      if (depth !== undefined) return { text: `p${depth}`, risky: false }
      const given = space.givens[name]
      if (given !== undefined) return { text: given < 0 ? `(${given})` : `${given}`, risky: false }
      return this.#local.get(name) ?? this.emitter.emit(space.lets.get(name)!)
    })
    this.#byDepth = letsByDepth(space, order, rules)
  }

  /** Declarations of the lets that become known at a depth. One that may have no value is not computed ahead. */
  definitions(depth: number): readonly string[] {
    const lines: string[] = []
    for (const { name, value } of this.#byDepth[depth]!) {
      const { text, risky } = this.emitter.emit(value)
      if (risky) continue
      const local = `v${this.#local.size}`
      this.#local.set(name, { text: local, risky: false })
      lines.push(`const ${local}=${text};`)
    }
    return lines
  }
}

function extremes(values: readonly number[]): readonly [number, number] {
  return values.length === 0 ? [0, 0] : [values[0]!, values.at(-1)!]
}

/** The lets that the rules read, each at the depth at which its last variable is known, in declaration order. */
function letsByDepth(
  space: Space,
  order: readonly number[],
  rules: readonly BoundRule[],
): readonly (readonly { readonly name: string; readonly value: Expression }[])[] {
  const needed = new Set<string>()
  const need = (expression: Expression): void => {
    for (const name of namesIn(expression).keys()) {
      const definition = space.lets.get(name)
      if (!definition || needed.has(name)) continue
      needed.add(name)
      need(definition)
    }
  }
  for (const { condition } of rules) need(condition)
  const depths = new Map(order.map((index, depth) => [index, depth]))
  const scopes = scopesOf(space.model, space.lets)
  const placed = [...space.lets]
    .filter(([name]) => needed.has(name))
    .map(([name, value]) => ({
      name,
      value,
      depth: Math.max(0, ...scopes(value).map((index) => depths.get(index) ?? Infinity)),
    }))
  return order.map((_, depth) => placed.filter((entry) => entry.depth === depth))
}

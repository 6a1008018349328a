import { helpers, type Helpers } from './emit.ts'
import { holds, numberOf, type Values } from './evaluate.ts'
import type { Expression } from './expression.ts'
import { generated } from './generate.ts'
import type { Interval } from './interval.ts'
import { givenLocals, givenValues, LocalNames } from './locals.ts'
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

/**
 * What happens at each configuration: the values in the nest's order, in an array that the next one overwrites.
 * Returning true ends the search.
 */
export type Visit = (values: readonly number[]) => boolean | void

/** Calls `visit` for every solution; generated loops where they may be generated, an interpreter elsewhere. */
export function search(nest: Nest, visit: Visit): void {
  const store = nest.order.map((_, i) => `R[${i}]=p${i};`).join('')
  const run = loops<Visit>(nest, `${store}if(S(R)===true)return n;`)
  if (run) run(visit)
  else interpret(nest, visit)
}

/** How many solutions a nest has. */
export function countNest(nest: Nest): number {
  const run = loops<undefined>(nest, 'n++;', true)
  if (run) return run(undefined)
  let count = 0
  interpret(nest, () => void count++)
  return count
}

/** The values of each variable of a nest that occur in a solution. */
export function supports(nest: Nest): readonly (readonly number[])[] {
  const seen = nest.domains.map(({ length }) => new Uint8Array(length))
  const mark = seen.map((_, i) => `if(S[${i}][i${i}]===0){S[${i}][i${i}]=1;m--;}`).join('')
  const run = loops<readonly Uint8Array[]>(nest, `${mark}if(m===0)return n;`)
  if (run) run(seen)
  else {
    const positions = nest.domains.map((values) => new Map(values.map((value, i) => [value, i])))
    interpret(nest, (values) => values.forEach((value, i) => (seen[i]![positions[i]!.get(value)!] = 1)))
  }
  return nest.domains.map((values, i) => (seen[i]!.includes(0) ? values.filter((_, at) => seen[i]![at] === 1) : values))
}

/** The same search without generated code: what a browser that forbids `new Function` runs. */
export function interpret({ space, order, domains, rules }: Nest, visit: Visit): void {
  const names = order.map((index) => space.variables[index]!.name)
  const values: Record<string, number> = { ...space.givens }
  const row: number[] = []
  const due = rulesByDepth(order, rules)
  const descend = (depth: number): boolean => {
    if (depth === order.length) return visit(row) === true
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

/**
 * A numeric expression over the variables in its scope as a function of a row, `row[i]` being the value of the variable
 * with index i. Nothing where it has no value; throws `E_SPACE_OVERFLOW` beyond 2^53.
 */
export function numberFunction(
  space: Space,
  value: Expression,
  domains: readonly (readonly number[])[],
): (row: readonly number[]) => number | undefined {
  const order = scopesOf(space.model, space.lets)(value)
  const slow = (row: readonly number[]): number | undefined => {
    const values = Object.fromEntries(order.map((index) => [space.variables[index]!.name, row[index]!]))
    return numberOf(value, { ...space.givens, ...values }, space.lets)
  }
  const hulls = order.map((index) => extremes(domains[index]!))
  const locals = new LocalNames(space, order, hulls, [value])
  const lines = order.map((index, i) => `const p${i}=R[${index}];`)
  for (let depth = -1; depth < order.length; depth++) lines.push(...locals.definitions(depth))
  const { text } = locals.emitter.emit(value)
  // Adding 0 turns −0 into 0.
  lines.push(`H.trouble=0;const c=${text};return H.trouble?S(R):c+0;`)
  const run = generated<(G: readonly number[], H: Helpers, S: typeof slow, R: readonly number[]) => number | undefined>(
    ['G', 'H', 'S', 'R'],
    finished(space, locals, lines),
  )
  if (!run) return slow
  const [givens, own] = [givenValues(space), helpers()]
  return (row) => run(givens, own, slow, row)
}

/** Rules by the depth at which their last variable is known. */
function rulesByDepth(order: readonly number[], rules: readonly BoundRule[]): readonly (readonly BoundRule[])[] {
  const depths = new Map(order.map((index, depth) => [index, depth]))
  const depthOf = (rule: BoundRule): number => Math.max(...rule.scope.map((index) => depths.get(index)!))
  return order.map((_, depth) => rules.filter((rule) => rule.scope.length > 0 && depthOf(rule) === depth))
}

type Loops<S> = (
  domains: readonly (readonly number[])[],
  givens: readonly number[],
  helpers: Helpers,
  holds: (rule: number, ...values: number[]) => boolean,
  sink: S,
) => number

/** The loops with a body for each solution, which may use its variables and what is passed as `S`. */
function loops<S>(nest: Nest, body: string, isCount = false): ((sink: S) => number) | undefined {
  const { space, order, domains, rules } = nest
  const constant = rules.filter(({ scope }) => scope.length === 0)
  const numbered = [...constant, ...rules.filter(({ scope }) => scope.length > 0)]
  const run = generated<Loops<S>>(['D', 'G', 'H', 'holds', 'S'], source(nest, numbered, body, isCount))
  if (!run) return undefined
  const names = order.map((index) => space.variables[index]!.name)
  // What a rule means when arithmetic in it got into trouble is the interpreter's to say, overflow errors included.
  const slow = (rule: number, ...row: number[]): boolean => {
    const values: Values = { ...space.givens, ...Object.fromEntries(row.map((value, i) => [names[i]!, value])) }
    return holds(numbered[rule]!.condition, values, space.lets)
  }
  return (sink) => run(domains, givenValues(space), helpers(), slow, sink)
}

function source(
  { space, order, domains, rules }: Nest,
  numbered: readonly BoundRule[],
  body: string,
  isCount: boolean,
): string {
  const conditions = rules.map(({ condition }) => condition)
  const locals = new LocalNames(space, order, domains.map(extremes), conditions)
  const lines: string[] = ['let n=0,m=0;const R=[];', ...order.map((_, i) => `const d${i}=D[${i}];m+=d${i}.length;`)]
  const test = (rule: BoundRule, depth: number, skip: string): void => {
    const { text, risky } = locals.emitter.emit(rule.condition)
    const row = order.slice(0, depth + 1).map((_, i) => `,p${i}`)
    if (risky)
      lines.push(
        `H.trouble=0;{const c=${text};if(H.trouble?!holds(${numbered.indexOf(rule)}${row.join('')}):!c)${skip};}`,
      )
    else lines.push(`if(!${text})${skip};`)
  }
  lines.push(...locals.definitions(-1))
  for (const rule of numbered) if (rule.scope.length === 0) test(rule, -1, 'return n')
  const due = rulesByDepth(order, rules)
  let open = 0
  for (const depth of order.keys()) {
    // Nothing is asked of the innermost variable: all its values count.
    if (isCount && depth === order.length - 1 && due[depth]!.length === 0) {
      lines.push(`n+=d${depth}.length;`)
      break
    }
    lines.push(`for(let i${depth}=0;i${depth}<d${depth}.length;i${depth}++){const p${depth}=d${depth}[i${depth}];`)
    open++
    lines.push(...locals.definitions(depth))
    for (const rule of due[depth]!) test(rule, depth, 'continue')
  }
  if (open === order.length) lines.push(body)
  return `${finished(space, locals, lines)}${'}'.repeat(open)}return n;`
}

/** The lines with what they read declared before them. */
function finished(space: Space, { emitter }: LocalNames, lines: readonly string[]): string {
  const body = lines.join('\n')
  const shared = emitter.shared.length > 0 ? `let ${emitter.shared.join(',')};` : ''
  return `${shared}${givenLocals(space, body)}${body}`
}

function extremes(values: readonly number[]): Interval {
  return values.length === 0 ? [0, 0] : [values[0]!, values.at(-1)!]
}

import { LARGEST_LISTING, listRows, prepare, tooMany, type Component, type Prepared, type Rows } from './components.ts'
import { holds } from './evaluate.ts'
import { countNest } from './loops.ts'
import { hashOf } from './hash.ts'
import { checkObjective, type Objective } from './model.ts'
import { expressionOf } from './parser.ts'
import { rank } from './ranking.ts'
import { SpaceError } from './source.ts'
import type { Space } from './space.ts'

/** A value for each parameter, in declaration order. */
export type Configuration = Readonly<Record<string, number>>

/** Configurations by columns: `columns[i][row]` is the value of `names[i]`. */
export interface Table {
  readonly names: readonly string[]
  readonly columns: readonly (Int32Array | Float64Array)[]
  readonly length: number
}

export type SolveResult =
  { readonly status: 'solved'; readonly configuration: Configuration } | { readonly status: 'infeasible' }

export interface Ranked {
  readonly configuration: Configuration
  readonly objective: number
}

/** What was proven: no configuration has a better objective than `bound`, after `nodes` were looked at. */
export interface Certificate {
  readonly objective: number
  readonly bound: number
  readonly nodes: number
  /** Hash of the rule file's statements and the givens. */
  readonly rules: string
}

export type Optimum =
  | {
      readonly status: 'solved'
      readonly configuration: Configuration
      readonly objective: number
      readonly certificate: Certificate
    }
  | { readonly status: 'infeasible' }

/** How many configurations there are, exactly, without listing them. */
export function count(space: Space): bigint {
  const { refuted, components } = prepare(space)
  if (refuted.length > 0) return 0n
  return components.reduce((product, { nest }) => (product === 0n ? 0n : product * BigInt(countNest(nest))), 1n)
}

/** One configuration, or that there is none. */
export function first(space: Space): SolveResult {
  const { names, columns, length } = all(space, { limit: 1 })
  if (length === 0) return { status: 'infeasible' }
  return {
    status: 'solved',
    configuration: checked(space, Object.fromEntries(names.map((name, i) => [name, columns[i]![0]!]))),
  }
}

/** Every configuration, or the first `limit` in the order of the search. */
export function all(space: Space, options: { readonly limit?: number } = {}): Table {
  const prepared = prepare(space)
  const limit = options.limit ?? Infinity
  const isEmpty = prepared.refuted.length > 0 || prepared.domains.some(({ length }) => length === 0)
  const rows = isEmpty ? prepared.components.map(nothing) : listed(prepared, limit)
  const total = rows.reduce((product, { length }) => product * length, 1)
  const length = Math.min(limit, total)
  if (length > LARGEST_LISTING) throw tooMany(space)
  const columns: (Int32Array | Float64Array)[] = space.variables.map(() => new Int32Array(0))
  let repeat = 1
  // The last component varies fastest, like the last digit of a number.
  for (let c = prepared.components.length - 1; c >= 0; c--) {
    const { width, values, length: own } = rows[c]!
    prepared.components[c]!.variables.forEach((index, i) => {
      const column = values instanceof Int32Array ? new Int32Array(length) : new Float64Array(length)
      for (let row = 0; row < length; row++) column[row] = values[(Math.floor(row / repeat) % own) * width + i]!
      columns[index] = column
    })
    repeat *= own
  }
  return { names: space.variables.map(({ name }) => name), columns, length }
}

/** Names of the rules that a configuration breaks, by substitution; a value outside its domain is `"NAME's domain"`. */
export function violated(space: Space, configuration: Configuration): readonly string[] {
  const outside = space.variables.filter(({ name, values }) => {
    const value = configuration[name]
    if (value === undefined || !Number.isSafeInteger(value)) return true
    return 'from' in values ? value < values.from || (value - values.from) % values.step !== 0 : !values.includes(value)
  })
  if (outside.length > 0) return outside.map(({ name }) => `${name}'s domain`)
  const values = { ...configuration, ...space.givens }
  return space.rules.filter(({ condition }) => !holds(condition, values, space.lets)).map(({ name }) => name)
}

/**
 * The `k` configurations with the best objective, best first; equal ones in lexicographic order of their values. Those
 * for which the objective has no value are left out. Throws `E_SPACE_FORMAT` when the space has no objective.
 */
export function best(space: Space, k: number): readonly Ranked[] {
  return ranking(space, objectiveOf(space), k).ranked
}

/**
 * The best configuration under the space's objective, or under an expression to minimise, with a certificate that every
 * other was looked at.
 */
export function minimise(space: Space, expression?: string): Optimum {
  const objective = expression === undefined ? objectiveOf(space) : readObjective(space, expression)
  const { ranked, nodes } = ranking(space, objective, 1)
  const [winner] = ranked
  if (!winner) return { status: 'infeasible' }
  const rules = hashOf(
    JSON.stringify([
      space.model.params.map(({ name }) => name),
      space.rules.map(({ text }) => text),
      objective.text,
      space.givens,
    ]),
  )
  return {
    status: 'solved',
    ...winner,
    certificate: { objective: winner.objective, bound: winner.objective, nodes, rules },
  }
}

/** Configurations drawn uniformly and independently, the same ones for the same seed. Empty when nothing fits. */
export function sample(space: Space, size: number, seed: number): readonly Configuration[] {
  const prepared = prepare(space)
  if (prepared.refuted.length > 0) return []
  const rows = listed(prepared, Infinity)
  if (rows.some(({ length }) => length === 0)) return []
  const random = generator(seed)
  return Array.from({ length: size }, () => {
    const drawn: number[] = []
    prepared.components.forEach(({ variables }, c) => {
      const { width, values, length } = rows[c]!
      const at = width * Math.floor(random() * length)
      variables.forEach((index, i) => (drawn[index] = values[at + i]!))
    })
    return configurationOf(space, drawn)
  })
}

/** Configurations that differ from this one in exactly one parameter. */
export function neighbours(space: Space, configuration: Configuration): readonly Configuration[] {
  return prepare(space).domains.flatMap((values, index) => {
    const { name } = space.variables[index]!
    return values
      .filter((value) => value !== configuration[name])
      .map((value) => ({ ...configuration, [name]: value }))
      .filter((other) => violated(space, other).length === 0)
  })
}

function ranking(
  space: Space,
  objective: Objective,
  k: number,
): { readonly ranked: readonly Ranked[]; readonly nodes: number } {
  const { ranked, nodes } = rank(space, objective, k)
  return {
    ranked: ranked.map(({ row, objective: value }) => ({
      configuration: checked(space, configurationOf(space, row)),
      objective: value,
    })),
    nodes,
  }
}

function objectiveOf(space: Space): Objective {
  if (space.objective) return space.objective
  throw new SpaceError(
    'E_SPACE_FORMAT',
    `${space.model.file}: there is no objective; add a line such as minimise COST, or give an expression`,
  )
}

function readObjective(space: Space, text: string): Objective {
  const value = expressionOf({ file: 'objective', text })
  checkObjective(space.model, value)
  return { direction: 'minimise', text, value }
}

function listed(prepared: Prepared, limit: number): readonly Rows[] {
  return prepared.components.map((component) => listRows(component, limit))
}

function nothing({ variables }: Component): Rows {
  return { width: variables.length, values: new Int32Array(0), length: 0 }
}

function configurationOf(space: Space, row: readonly number[]): Configuration {
  return Object.fromEntries(space.variables.map(({ name }, index) => [name, row[index]!]))
}

/** No answer leaves unchecked: generated code and propagation are held against plain substitution. */
function checked(space: Space, configuration: Configuration): Configuration {
  const broken = violated(space, configuration)
  if (broken.length > 0)
    throw new Error(`solver defect: an answer breaks ${broken.map((name) => `"${name}"`).join(', ')}`)
  return configuration
}

/** Uniform numbers in [0, 1) by mulberry32, a public-domain generator. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

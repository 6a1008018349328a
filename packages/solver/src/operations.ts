import { holds, numberOf } from './values/evaluate.ts'
import { contains } from './search/domain.ts'
import { diagramCost, diagramOf, type Diagram } from './search/diagram.ts'
import { chunksOf, LARGEST_LISTING, lengthOf, listRows, repeated, tooMany, type Rows } from './search/listing.ts'
import { combinationsOf, type Nest } from './search/nest.ts'
import { prepare } from './search/prepare.ts'
import type { Columns } from './search/run.ts'
import type { Space } from './search/space.ts'

/** A value for each parameter, in declaration order. */
export type Configuration = Readonly<Record<string, number>>

/** Configurations by columns: `columns[i][row]` is the value of `names[i]`. */
export interface Table {
  readonly names: readonly string[]
  readonly columns: Columns
  readonly length: number
}

export type SolveResult =
  { readonly status: 'solved'; readonly configuration: Configuration } | { readonly status: 'infeasible' }

// Of a component with no more solutions than this the list is kept for positions and draws.
const MOST_LISTED = 1_000_000
// Up to here solutions are passed one by one; the solutions of a larger component are folded.
const MOST_COUNTED = 20_000_000

/** How many configurations there are, exactly, without listing them. */
export function count(space: Space): bigint {
  const { isRefuted, components } = prepare(space)
  if (isRefuted) return 0n
  return components.reduce((product, nest) => (product === 0n ? 0n : product * componentCount(nest)), 1n)
}

function componentCount(nest: Nest): bigint {
  if (isFolded(nest)) return folded(nest).count
  const length = lengthOf(nest, MOST_COUNTED)
  return length === undefined ? folded(nest).count : BigInt(length)
}

// Folding tries values with the interpreter, which is far slower than the loops: it must save that much.
const CHEAP_FOLD = 2_000_000
const FOLD_GAIN = 100

/** Whether what follows depends on so little that counting one by one is a waste. */
function isFolded(nest: Nest): boolean {
  if (diagrams.has(nest)) return true
  const cost = diagramCost(nest)
  const combinations = combinationsOf(nest)
  return cost <= CHEAP_FOLD && combinations > FOLD_GAIN * cost
}

const diagrams = new WeakMap<Nest, Diagram>()

function folded(nest: Nest): Diagram {
  const known = diagrams.get(nest) ?? diagramOf(nest)
  diagrams.set(nest, known)
  return known
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

/**
 * Every configuration, or the first `limit`, in the order of the search. Throws `E_SPACE_DOMAIN` where they are more than
 * 50 million; `stream` has no such end.
 */
export function all(space: Space, options: { readonly limit?: number } = {}): Table {
  const { isRefuted, components } = prepare(space)
  const limit = options.limit ?? Infinity
  if (isRefuted) return product(space, [], [], 0, 0)
  const rows = components.map((nest) => listRows(nest, limit))
  const length = Math.min(limit, lengthOfProduct(rows))
  if (length > LARGEST_LISTING) throw tooMany(space)
  return product(space, components, rows, 0, length)
}

/** Every configuration in the same order, in tables of at most `rows` rows: for more than fit into memory. */
export function* stream(space: Space, options: { readonly rows?: number } = {}): Generator<Table> {
  const { isRefuted, components } = prepare(space)
  const most = options.rows ?? 2 ** 16
  if (isRefuted) return
  const last = components.at(-1)
  if (!last) return void (yield product(space, [], [], 0, 1))
  const outer = components.slice(0, -1).map((nest) => listRows(nest))
  if ((lengthOf(last, MOST_LISTED) ?? Infinity) <= MOST_LISTED) {
    const rows = [...outer, listRows(last)]
    const length = lengthOfProduct(rows)
    for (let start = 0; start < length; start += most)
      yield product(space, components, rows, start, Math.min(most, length - start))
    return
  }
  // Too many rows to keep: the last component is searched again for each row of the others.
  const repeats = lengthOfProduct(outer)
  for (let i = 0; i < repeats; i++)
    for (const chunk of chunksOf(last))
      for (let start = 0; start < chunk.length; start += most) {
        const length = Math.min(most, chunk.length - start)
        yield product(space, components, [...outer, chunk], i * chunk.length + start, length)
      }
}

function lengthOfProduct(rows: readonly Rows[]): number {
  return rows.reduce((total, { length }) => total * length, 1)
}

/** Part of the rows of the product of the components' rows; the last component varies fastest. */
function product(
  space: Space,
  components: readonly Nest[],
  rows: readonly Rows[],
  start: number,
  length: number,
): Table {
  const columns: Columns[number][] = space.variables.map(() => new Int32Array(0))
  let repeat = 1
  for (let c = components.length - 1; c >= 0; c--) {
    const { columns: own, length: size } = rows[c]!
    const isWhole = repeat === 1 && start === 0 && size === length
    components[c]!.variables.forEach((index, i) => {
      const column = own[i]!.length === size ? own[i]! : own[i]!.slice(0, size)
      columns[index] = isWhole ? column : length === 0 ? column.slice(0, 0) : repeated(column, repeat, start, length)
    })
    repeat *= size
  }
  return { names: space.variables.map(({ name }) => name), columns, length }
}

/** The configuration with a position in the order of `all`, from 0; nothing where there are no more than that. */
export function nth(space: Space, position: bigint | number): Configuration | undefined {
  const { isRefuted, components } = prepare(space)
  let left = BigInt(position)
  if (isRefuted || left < 0n || left >= count(space)) return undefined
  const row: number[] = []
  for (const nest of components.toReversed()) {
    const size = componentCount(nest)
    const [values] = rowsAt(nest, [left % size])
    nest.variables.forEach((index, i) => (row[index] = values![i]!))
    left /= size
  }
  return checked(space, configurationOf(space, row))
}

const kept = new WeakMap<Nest, Rows>()

/** The values of a component's variables in its solutions with these positions. */
function rowsAt(nest: Nest, positions: readonly bigint[]): readonly (readonly number[])[] {
  const size = componentCount(nest)
  if (diagrams.has(nest)) return positions.map((position) => foldedRow(nest, position))
  if (size > BigInt(MOST_LISTED)) return passedRows(nest, positions)
  const rows = kept.get(nest) ?? listRows(nest)
  kept.set(nest, rows)
  return positions.map((position) => rows.columns.map((column) => column[Number(position)]!))
}

/** The same in one pass over all solutions, of which none is kept. */
function passedRows(nest: Nest, positions: readonly bigint[]): readonly (readonly number[])[] {
  const wanted = positions.map((position, i) => ({ at: Number(position), i })).sort((a, b) => a.at - b.at)
  const found: (readonly number[])[] = []
  let [before, next] = [0, 0]
  for (const { columns, length } of chunksOf(nest)) {
    for (; next < wanted.length && wanted[next]!.at < before + length; next++)
      found[wanted[next]!.i] = columns.map((column) => column[wanted[next]!.at - before]!)
    if (next === wanted.length) break
    before += length
  }
  return found
}

function foldedRow(nest: Nest, position: bigint): readonly number[] {
  const { space, definitions } = nest.problem
  const found = folded(nest).nth(position)
  const values = Object.fromEntries(nest.loops.map(({ index }, i) => [space.variables[index]!.name, found[i]!]))
  return nest.variables.map((index) => {
    const { name, at } = space.model.params[index]!
    return numberOf({ kind: 'name', name, at }, { ...space.givens, ...values }, definitions)!
  })
}

/** Configurations drawn uniformly and independently, the same ones for the same seed. Empty when nothing fits. */
export function sample(space: Space, size: number, seed: number): readonly Configuration[] {
  const { isRefuted, components } = prepare(space)
  const sizes = isRefuted ? [0n] : components.map(componentCount)
  if (sizes.includes(0n)) return []
  const random = generator(seed)
  const drawn = Array.from({ length: size }, () => sizes.map((limit) => below(limit, random)))
  const rows = drawn.map((): number[] => [])
  components.forEach((nest, c) => {
    const found = rowsAt(
      nest,
      drawn.map((positions) => positions[c]!),
    )
    found.forEach((values, d) => nest.variables.forEach((index, i) => (rows[d]![index] = values[i]!)))
  })
  return rows.map((row) => configurationOf(space, row))
}

/** Names of the rules that a configuration breaks, by substitution; a value outside its domain is `"NAME's domain"`. */
export function violated(space: Space, configuration: Configuration): readonly string[] {
  const outside = space.variables.filter(({ name, values }) => {
    const value = configuration[name]
    return value === undefined || !Number.isSafeInteger(value) || !contains(values, value)
  })
  if (outside.length > 0) return outside.map(({ name }) => `${name}'s domain`)
  const values = { ...configuration, ...space.givens }
  return space.rules.filter(({ condition }) => !holds(condition, values, space.lets)).map(({ name }) => name)
}

export function configurationOf(space: Space, row: readonly number[]): Configuration {
  return Object.fromEntries(space.variables.map(({ name }, index) => [name, row[index]!]))
}

/** No answer leaves unchecked: generated code and propagation are held against plain substitution. */
export function checked(space: Space, configuration: Configuration): Configuration {
  const broken = violated(space, configuration)
  if (broken.length > 0)
    throw new Error(`solver defect: an answer breaks ${broken.map((name) => `"${name}"`).join(', ')}`)
  return configuration
}

/** A uniform number from 0 up to, but not including, a limit. */
function below(limit: bigint, random: () => number): bigint {
  // 2^53 steps are coarse for limits near them: there, 32 bits more than the limit has leave a bias below 2^-32.
  if (limit < 2n ** 32n) return BigInt(Math.floor(random() * Number(limit)))
  let drawn = 0n
  for (let bits = limit.toString(2).length + 32; bits > 0; bits -= 32)
    drawn = (drawn << 32n) | BigInt(Math.floor(random() * 2 ** 32))
  return drawn % limit
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

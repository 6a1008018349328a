import { SpaceError } from '../language/source.ts'
import type { Nest } from './nest.ts'
import { columnOf, counted, listing, type Columns } from './run.ts'
import type { Space } from './space.ts'

/** Solutions of a nest: a column for each of its variables, which may be longer than there are solutions. */
export interface Rows {
  readonly columns: Columns
  readonly length: number
}

// Beyond this, listing would not fit memory; streams and counts do not list.
export const LARGEST_LISTING = 50_000_000
const FIRST_CHUNK = 1_024
const LARGEST_CHUNK = 2 ** 16

const lengths = new WeakMap<Nest, number>()

/** The solutions of a nest, in the order of its loops; not more than `limit`. Throws `E_SPACE_DOMAIN` for too many. */
export function listRows(nest: Nest, limit: number = Infinity): Rows {
  if (limit === 0) return { columns: emptyColumns(nest, 0), length: 0 }
  const chunks: Rows[] = []
  let length = 0
  const known = lengths.get(nest)
  for (const chunk of chunksOf(nest, Math.min(limit, known ?? FIRST_CHUNK))) {
    chunks.push(chunk)
    length += chunk.length
    if (length > LARGEST_LISTING) throw tooMany(nest.problem.space)
    if (length >= limit) break
  }
  if (limit === Infinity) lengths.set(nest, length)
  const rows = concatenated(nest, chunks, Math.min(length, limit))
  return rows
}

/** The solutions of a nest, chunk by chunk; each has columns of its own. */
export function* chunksOf(nest: Nest, first: number = FIRST_CHUNK): Generator<Rows> {
  const { fill } = listing(nest)
  for (let capacity = Math.max(1, first); ; capacity = Math.min(4 * capacity, Math.max(first, LARGEST_CHUNK))) {
    const columns = emptyColumns(nest, capacity)
    const length = fill(columns, capacity)
    if (length > 0) yield { columns, length }
    if (length < capacity) return
  }
}

/** How many solutions a nest has, if that is not more than `most`. */
export function lengthOf(nest: Nest, most: number): number | undefined {
  const known = lengths.get(nest) ?? counted(nest, most)
  if (known === undefined || known > most) return undefined
  lengths.set(nest, known)
  return known
}

/** Whether there is a solution. */
export function hasAny(nest: Nest): boolean {
  const known = lengths.get(nest)
  return known === undefined ? counted(nest, 0) === undefined : known > 0
}

function emptyColumns(nest: Nest, length: number): Columns {
  return nest.variables.map((index) => columnOf(nest, index, length))
}

function concatenated(nest: Nest, chunks: readonly Rows[], length: number): Rows {
  if (chunks.length === 1) return { ...chunks[0]!, length }
  const columns = emptyColumns(nest, length)
  let at = 0
  for (const chunk of chunks) {
    const taken = Math.min(chunk.length, length - at)
    columns.forEach((column, i) => column.set(chunk.columns[i]!.subarray(0, taken), at))
    at += taken
  }
  return { columns, length }
}

/**
 * Part of a column of a product of listings, in which each value stands `repeat` times in a row and the whole begins
 * anew after its last: `length` of it, from position `start` on.
 */
export function repeated(source: Columns[number], repeat: number, start: number, length: number): Columns[number] {
  const target = source instanceof Int32Array ? new Int32Array(length) : new Float64Array(length)
  const period = source.length * repeat
  // One period; the rest repeats it.
  let run = Math.floor(start / repeat) % source.length
  if (repeat === 1) {
    target.set(source.subarray(run, run + length))
    if (source.length - run < length)
      target.set(source.subarray(0, Math.min(run, length + run - source.length)), source.length - run)
  } else
    for (let at = -(start % repeat); at < Math.min(length, period); at += repeat) {
      target.fill(source[run]!, Math.max(0, at), at + repeat)
      run = run + 1 === source.length ? 0 : run + 1
    }
  for (let done = period; done < length; done *= 2) target.copyWithin(done, 0, Math.min(done, length - done))
  return target
}

export function tooMany({ model }: Space): SpaceError {
  return new SpaceError(
    'E_SPACE_DOMAIN',
    `${model.file}: more than ${LARGEST_LISTING} configurations are too many to list; stream or count them, or list the first few`,
  )
}

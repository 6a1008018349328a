/** A text and the name that messages call it by. */
export interface Source {
  readonly file: string
  readonly text: string
}

/** A stretch of a source: offsets from `start` up to, not including, `end`. */
export interface Span {
  readonly source: Source
  readonly start: number
  readonly end: number
}

/** What is wrong, by kind; tests and callers compare these, people read the message. */
export type SpaceErrorCode =
  | 'E_SPACE_SYNTAX'
  | 'E_SPACE_NAME'
  | 'E_SPACE_TYPE'
  | 'E_SPACE_DOMAIN'
  | 'E_SPACE_GIVEN'
  | 'E_SPACE_OVERFLOW'
  | 'E_SPACE_IMPORT'
  | 'E_SPACE_FORMAT'

/** Thrown for a rule file, a given or a name that cannot be understood. Never for a space without solutions. */
export class SpaceError extends Error {
  override readonly name = 'SpaceError'
  readonly code: SpaceErrorCode
  readonly file: string | undefined
  readonly line: number | undefined
  readonly column: number | undefined

  constructor(code: SpaceErrorCode, message: string, at?: Span) {
    const place = at && placeOf(at)
    super(place ? `${place.file}:${place.line}:${place.column}: ${message}\n${excerpt(at, place)}` : message)
    this.code = code
    this.file = place?.file
    this.line = place?.line
    this.column = place?.column
  }
}

/** The smallest span that holds both. */
export function join(from: Span, to: Span): Span {
  return { source: from.source, start: Math.min(from.start, to.start), end: Math.max(from.end, to.end) }
}

/** The text of a span on one line. */
export function textOf(span: Span): string {
  return span.source.text.slice(span.start, span.end).replace(/\s+/g, ' ')
}

interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export function placeOf({ source, start }: Span): Place {
  const before = source.text.slice(0, start).split('\n')
  return { file: source.file, line: before.length, column: before.at(-1)!.length + 1 }
}

/** The source line with the offending text underlined. */
function excerpt({ source, start, end }: Span, { line, column }: Place): string {
  const text = source.text.split('\n')[line - 1] ?? ''
  const width = Math.max(1, Math.min(end - start, text.length - column + 1))
  const number = `  ${line} | `
  return `${number}${text}\n${' '.repeat(number.length - 2)}| ${text.slice(0, column - 1).replace(/[^\t]/g, ' ')}${'^'.repeat(width)}`
}

/** `; did you mean WARPS_K?`, or nothing when no known name is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const ranked = known
    .map((word) => ({ word, distance: editDistance(name, word) }))
    .sort((a, b) => a.distance - b.distance)
  const nearest = ranked[0]
  return nearest && nearest.distance <= Math.max(1, Math.floor(name.length / 3))
    ? `; did you mean ${nearest.word}?`
    : ''
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

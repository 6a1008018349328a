import { SpaceError, type Source, type Span } from './source.ts'

/** One word of a rule file. */
export interface Token {
  readonly kind: 'number' | 'name' | 'word' | 'string' | 'sign' | 'end'
  readonly text: string
  readonly at: Span
}

/** Words that cannot be names of parameters. */
export const WORDS: ReadonlySet<string> = new Set(
  'given param let rule minimise maximise import in step and or not implies if then else'.split(' '),
)

const PATTERN = /[ \t\r\n]+|#[^\n]*|\d+|[A-Za-z_]\w*|"[^"\n]*"|\/\/|\.\.|[<>=!]=|[-+*/%^<>()[\],:=]/y

/** The tokens of a source, the last of kind `end`. Throws `E_SPACE_SYNTAX` at the first character that begins none. */
export function tokensOf(source: Source): readonly Token[] {
  const tokens: Token[] = []
  const span = (start: number, end: number): Span => ({ source, start, end })
  for (let at = 0; at < source.text.length;) {
    PATTERN.lastIndex = at
    if (!PATTERN.test(source.text))
      throw new SpaceError('E_SPACE_SYNTAX', unreadable(source.text, at), span(at, at + 1))
    const end = PATTERN.lastIndex
    const text = source.text.slice(at, end)
    const first = text[0]!
    if (first >= '0' && first <= '9') {
      const next = source.text[end] ?? ''
      if (/[A-Za-z_]/.test(next) || (next === '.' && source.text[end + 1] !== '.'))
        throw new SpaceError(
          'E_SPACE_SYNTAX',
          `${text}${next}… is not a whole number; numbers here are integers`,
          span(at, end + 1),
        )
      if (!Number.isSafeInteger(Number(text)))
        throw new SpaceError(
          'E_SPACE_OVERFLOW',
          `${text} is beyond 2^53, where integers stop being exact`,
          span(at, end),
        )
      tokens.push({ kind: 'number', text, at: span(at, end) })
    } else if (/[A-Za-z_]/.test(first))
      tokens.push({ kind: WORDS.has(text) ? 'word' : 'name', text, at: span(at, end) })
    else if (first === '"') tokens.push({ kind: 'string', text: text.slice(1, -1), at: span(at, end) })
    else if (!' \t\r\n#'.includes(first)) tokens.push({ kind: 'sign', text, at: span(at, end) })
    at = end
  }
  const length = source.text.length
  tokens.push({ kind: 'end', text: 'the end of the file', at: span(length, length) })
  return tokens
}

function unreadable(text: string, at: number): string {
  if (text[at] === '"') return 'this text has no closing quote on its line; add one'
  return `${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))} has no meaning here; expressions use + - * / // % ^ and comparisons`
}

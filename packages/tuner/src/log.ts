import type { Device } from '@tilewright/devices'
import type { KernelId, Problem } from '@tilewright/kernels'
import type { Backend } from './backend.ts'
import { TunerError } from './errors.ts'
import { logFormat, logMismatch } from './messages.ts'
import type { Protocol } from './protocol.ts'
import type { StrategyName } from './strategies/index.ts'
import type { Candidate, Trial } from './trial.ts'
import type { FinalRecord } from './verdict.ts'

export const LOG_FORMAT = 'tilewright-trials/1'

/** The first line of a log: all that its durations depend on. */
export interface LogHeader {
  readonly format: typeof LOG_FORMAT
  /** Name and version: `tilewright 0.1.0`. */
  readonly tool: string
  readonly backend: string
  readonly evidence: Backend['evidence']
  readonly device: Device
  /** Adapter, driver, compiler and their versions. */
  readonly fingerprint: Readonly<Record<string, string>>
  readonly rulesSha256: string
  readonly templateSha256: string
  readonly kernel: KernelId
  readonly problem: Problem
  readonly seed: number
  readonly strategy: StrategyName
  readonly protocol: Protocol
  /** The model's first, which takes part in the final. */
  readonly first?: Candidate
  readonly incumbent?: Candidate
}

/** A line after the first. Of several trials of one configuration the last counts, of several finals likewise. */
export type LogEntry = ({ readonly type: 'trial' } & Trial) | ({ readonly type: 'final' } & FinalRecord)

export interface LogContents {
  readonly header: LogHeader
  readonly entries: readonly LogEntry[]
}

/** Where trials are written as they end. */
export interface TrialLog {
  /**
   * Begins a log with the header, or goes on with one that is there: what it holds, nothing for a new one. Throws
   * `E_LOG_EXISTS`, `E_LOG_FORMAT` or `E_LOG_MISMATCH`.
   */
  open(header: LogHeader): Promise<readonly LogEntry[]>
  /** Resolves when the line is out of this process's hands. */
  append(entry: LogEntry): Promise<void>
  close(): Promise<void>
}

/** One line of JSON, without its end. Infinity, which JSON does not have, is the text `Infinity`. */
export function logLine(value: LogHeader | LogEntry): string {
  return JSON.stringify(value, (_key, item: unknown) => (item === Infinity ? 'Infinity' : item))
}

/**
 * What a log holds. A last line without its end was torn off by a crash and is left out; `length` is where it begins, in
 * UTF-16 units. Undefined for a text that is empty or a torn header. Throws `E_LOG_FORMAT` with the line that is wrong.
 */
export function readLog(text: string, place = 'log'): (LogContents & { readonly length: number }) | undefined {
  const length = text.lastIndexOf('\n') + 1
  if (length === 0) {
    // Torn off within its first line, or somebody else's file.
    const begin = `{"format":"${LOG_FORMAT}"`
    if (text.startsWith(begin) || begin.startsWith(text)) return undefined
    throw new TunerError('E_LOG_FORMAT', logFormat(place, 1, `is not the header of ${LOG_FORMAT}`))
  }
  const [first, ...rest] = text
    .slice(0, length - 1)
    .split('\n')
    .map((line, i) => parsed(line, place, i + 1))
  if (!isHeader(first)) throw new TunerError('E_LOG_FORMAT', logFormat(place, 1, `is not the header of ${LOG_FORMAT}`))
  const entries = rest.map((value, i) => {
    if (!isEntry(value)) throw new TunerError('E_LOG_FORMAT', logFormat(place, i + 2, 'is neither a trial nor a final'))
    return value
  })
  return { header: first, entries, length }
}

/** Fields of the header that have to agree; tool version, seed, strategy and incumbent may change. */
const DECISIVE = [
  'device',
  'fingerprint',
  'evidence',
  'rulesSha256',
  'templateSha256',
  'kernel',
  'problem',
  'protocol',
] as const

/** Throws `E_LOG_MISMATCH` with the first field in which a log and a run differ. */
export function checkResumable(logged: LogHeader, wanted: LogHeader, place = 'log'): void {
  for (const field of DECISIVE) {
    const difference = differing(field, logged[field], wanted[field])
    if (difference) throw new TunerError('E_LOG_MISMATCH', logMismatch(place, ...difference))
  }
}

/** The trials of the entries, in the order they were written. */
export function trialsOf(entries: readonly LogEntry[]): readonly Trial[] {
  return entries.flatMap((entry) => {
    if (entry.type !== 'trial') return []
    const { type: _, ...trial } = entry
    return [trial]
  })
}

/** The last final, and whether every trial is older than it. */
export function finalOf(
  entries: readonly LogEntry[],
): { readonly record: FinalRecord; readonly isLast: boolean } | undefined {
  const index = entries.findLastIndex(({ type }) => type === 'final')
  const entry = entries[index]
  if (entry?.type !== 'final') return undefined
  const { type: _, ...record } = entry
  return { record, isLast: index === entries.length - 1 }
}

function parsed(line: string, place: string, number: number): unknown {
  try {
    return JSON.parse(line, (_key, item: unknown) => (item === 'Infinity' ? Infinity : item)) as unknown
  } catch {
    throw new TunerError('E_LOG_FORMAT', logFormat(place, number, 'is not JSON'))
  }
}

function isHeader(value: unknown): value is LogHeader {
  return isRecord(value) && value['format'] === LOG_FORMAT && isRecord(value['problem']) && isRecord(value['device'])
}

function isEntry(value: unknown): value is LogEntry {
  if (!isRecord(value)) return false
  if (value['type'] === 'trial') return isRecord(value['config']) && typeof value['status'] === 'string'
  return value['type'] === 'final' && Array.isArray(value['contenders']) && Array.isArray(value['rounds'])
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The innermost field that differs, with both values as JSON; the order of keys does not matter. */
function differing(field: string, a: unknown, b: unknown): readonly [string, string, string] | undefined {
  if (!isRecord(a) || !isRecord(b)) return shown(a) === shown(b) ? undefined : [field, shown(a), shown(b)]
  for (const name of [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted()) {
    const difference = differing(`${field}.${name}`, a[name], b[name])
    if (difference) return difference
  }
  return undefined
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}

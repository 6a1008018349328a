import type { Space } from '@tilewright/solver'
import type { Bench } from './bench.ts'
import type { LogEntry, LogHeader } from './log.ts'
import type { Pool } from './pool.ts'
import type { TuneRequest } from './tune-types.ts'

/** A search under way. The entries grow as the log does; everything that is decided is decided from them. */
export interface Session {
  readonly request: TuneRequest
  readonly space: Space
  readonly pool: Pool
  readonly header: LogHeader
  readonly entries: LogEntry[]
  readonly bench: Bench
  readonly planned: number
  /** On the clock of `performance.now()`. */
  readonly deadline: number
  record(entry: LogEntry): Promise<void>
}

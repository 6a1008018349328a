import type { TimingProtocol } from '@tilewright/tuner'
import { given } from './driver.ts'
import type { Driver } from './driver.ts'

const LEAST_WARMUPS = 3
const RUNS_BEFORE_CUT = 3
const MOST_IN_A_BATCH = 16
const NS_OF_MS = 1e6

/** Two events of the driver. */
export interface Span {
  readonly begin: bigint
  readonly end: bigint
}

/** As many as one batch of executions needs; they serve everything that is timed in the context. */
export function makeSpans(driver: Driver): readonly Span[] {
  const event = (): bigint => given(driver.cuEventCreate, 0)
  return Array.from({ length: MOST_IN_A_BATCH }, () => ({ begin: event(), end: event() }))
}

/** Durations of single executions in nanoseconds, each between the two events of a span. */
export function timeLaunches(
  driver: Driver,
  { execute, spans }: { readonly execute: () => void; readonly spans: readonly Span[] },
  { warmupMs, measureMs, leastRuns, cutNs = Infinity }: TimingProtocol,
): { readonly durationsNs: readonly number[]; readonly cut: boolean } {
  const began = performance.now()
  for (let i = 0; i < LEAST_WARMUPS || performance.now() - began < warmupMs; i++) {
    execute()
    driver.cuCtxSynchronize()
  }
  const durationsNs: number[] = []
  for (;;) {
    const batch = spans.slice(0, runsLeft(durationsNs, { measureMs, leastRuns }))
    if (batch.length === 0) return { durationsNs, cut: false }
    // While the first execution runs, which is not timed, the host queues the others: a launch that the GPU waited for
    // would be in their durations.
    execute()
    for (const { begin, end } of batch) {
      driver.cuEventRecord(begin, null)
      execute()
      driver.cuEventRecord(end, null)
    }
    driver.cuCtxSynchronize()
    for (const { begin, end } of batch)
      durationsNs.push(given<number>(driver.cuEventElapsedTime, begin, end) * NS_OF_MS)
    if (durationsNs.length === RUNS_BEFORE_CUT && Math.min(...durationsNs) > cutNs) return { durationsNs, cut: true }
  }
}

/** How many executions the next batch has; 0 when the protocol is fulfilled. */
function runsLeft(
  durationsNs: readonly number[],
  { measureMs, leastRuns }: Pick<TimingProtocol, 'measureMs' | 'leastRuns'>,
): number {
  const { length } = durationsNs
  const measuredNs = durationsNs.reduce((sum, ns) => sum + ns, 0)
  // Of a clock that stands still no time is asked: it must not keep the loop alive.
  const byTime = measuredNs === 0 ? 0 : Math.ceil((measureMs * NS_OF_MS - measuredNs) / (measuredNs / length))
  const most = length < RUNS_BEFORE_CUT ? RUNS_BEFORE_CUT - length : MOST_IN_A_BATCH
  return Math.min(most, Math.max(length === 0 ? 1 : 0, leastRuns - length, byTime))
}

import type { Failure, Timing, TimingProtocol } from './backend.ts'
import { checked, checkedWhole, failed, loaded, type Bench, type Ready } from './bench.ts'
import { worstOf, type Comparison } from './comparison.ts'
import { guarded, isFailure, released } from './guard.ts'
import { noTimer } from './messages.ts'
import { median } from './statistics.ts'
import type { Candidate, Trial } from './trial.ts'

/**
 * Tries one configuration on a backend that times: compile, compare the outputs, warm up and time, compare again. It
 * stops at the first thing that is wrong, which then is the trial's status; no duration of a wrong kernel is kept.
 */
export async function measure(bench: Bench, candidate: Candidate, best: number | undefined): Promise<Trial> {
  const ready = await loaded(bench, candidate.config)
  if ('reason' in ready) return { ...candidate, ...failed(ready) }
  try {
    const { compileMs, report } = ready.loaded
    const base = { ...candidate, compileMs, ...(report ? { report } : {}) }
    const before = await checked(bench, ready)
    if ('status' in before) return { ...base, ...failed(before) }
    const error = worstOf(before.errors)
    const known = { ...base, ...(error ? { error } : {}) }
    if (before.reason) return { ...known, ...wrong(before) }
    const { warmupMs, measureMs, leastRuns, cutFactor } = bench.protocol
    const timing = await timed(bench, ready, {
      warmupMs,
      measureMs,
      leastRuns,
      ...(best === undefined ? {} : { cutNs: cutFactor * best }),
    })
    if (isFailure(timing)) return { ...known, ...failed(timing) }
    // A race may show itself only once the device is warm, or in a launch as long as the real one.
    const after = await checkedWhole(bench, ready)
    if ('status' in after) return { ...known, ...failed(after) }
    if (after.reason) return { ...known, ...wrong(after), reason: 'unstable' }
    const { durationsNs, clock, cut } = timing
    return { ...known, status: 'correct', ...(cut ? { reason: 'cut' } : {}), timing: { durationsNs, clock, cut } }
  } finally {
    released(ready.loaded)
  }
}

/** Durations of the bench's problem; none at all is a failure, and so is one that is no duration. */
export async function timed(
  bench: Bench,
  { loaded, kernel }: Ready,
  protocol: TimingProtocol,
): Promise<Timing | Failure> {
  const { backend, inputs, bounds } = bench
  return guarded<Timing>(async () => {
    if (!loaded.time) return { status: 'runtime', reason: 'no-timer', message: noTimer(backend.name) }
    const timing = await loaded.time(kernel.plan, inputs, protocol)
    if (isFailure(timing)) return timing
    const sound = timing.durationsNs.length > 0 && timing.durationsNs.every((ns) => Number.isFinite(ns) && ns >= 0)
    return sound ? timing : { status: 'runtime', reason: 'no-durations', message: `${backend.name} gave no durations` }
  }, bounds)
}

/** The least median so far of candidates that were timed to the end. */
export function bestMedian(trials: readonly Trial[]): number | undefined {
  const medians = trials.flatMap(({ status, timing }) =>
    status === 'correct' && timing && !timing.cut ? [median(timing.durationsNs)] : [],
  )
  return medians.length === 0 ? undefined : Math.min(...medians)
}

function wrong({ reason, message }: Comparison): Pick<Trial, 'status' | 'reason' | 'message'> {
  return { status: 'correctness', reason: reason!, message: message! }
}

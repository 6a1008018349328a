import type { Plan, Tensors } from '@tilewright/kernels'
import type { Failure, Timing, TimingProtocol } from '@tilewright/tuner'
import type { Compiled } from './compile.ts'
import { createLaunch, pipelinesOf, release, type Launch } from './launch.ts'
import { nextRepeats } from './quantum.ts'
import { runFailure, scoped } from './scopes.ts'
import { isFailure, type Session } from './session.ts'
import { stopwatch, type Stopwatch } from './stopwatch.ts'
import { checkInputs, createStorage } from './storage.ts'
import { zeroingOf } from './zeroing.ts'

// Encoding is linear in dispatches, about 1 µs each; past this a sample would measure the host.
const MOST_DISPATCHES = 1 << 16
const LEAST_WARMUPS = 3
const RUNS_BEFORE_CUT = 3

/**
 * Durations of single executions of the plan. One sample is one pass that repeats all dispatches until its span is long
 * enough for the clock, divided by the repeats.
 */
export async function timePlan(
  session: Session,
  compiled: Compiled,
  plan: Plan,
  inputs: Tensors,
  protocol: TimingProtocol,
): Promise<Timing | Failure> {
  checkInputs(plan, inputs)
  const { device } = session
  const pipelines = await pipelinesOf(compiled, plan)
  if (isFailure(pipelines)) return pipelines
  const zero = await zeroingOf(session, plan)
  if (isFailure(zero)) return zero
  const { value: made, error } = await scoped(device, () => {
    const storage = createStorage(device, plan, inputs)
    return { storage, launch: createLaunch(device, plan, pipelines, storage), watch: stopwatch(session) }
  })
  try {
    if (error) return runFailure(error)
    const launch: Launch = {
      ...made.launch,
      record(pass) {
        zero(pass, made.storage)
        made.launch.record(pass)
      },
    }
    return await samples(
      made.watch,
      launch,
      protocol,
      Math.max(1, Math.floor(MOST_DISPATCHES / plan.dispatches.length)),
    )
  } finally {
    release(session, made)
    if (!session.failure()) made.watch.destroy()
  }
}

async function samples(
  watch: Stopwatch,
  launch: Launch,
  protocol: TimingProtocol,
  mostRepeats: number,
): Promise<Timing | Failure> {
  const { warmupMs, measureMs, leastRuns, cutNs = Infinity } = protocol
  const sample = (repeats: number) =>
    watch.sample((pass) => {
      for (let i = 0; i < repeats; i++) launch.record(pass)
    })

  // The first launch compiles on some drivers, and clocks rise in the first milliseconds.
  const began = performance.now()
  for (let i = 0; i < LEAST_WARMUPS || performance.now() - began < warmupMs; i++) {
    const warmup = await sample(1)
    if (isFailure(warmup)) return warmup
  }

  let repeats = 1
  for (;;) {
    const probe = await sample(repeats)
    if (isFailure(probe)) return probe
    const leastNs = watch.leastSpanNs()
    if (probe.spanNs >= leastNs || repeats === mostRepeats) break
    repeats = nextRepeats({ repeats, spanNs: probe.spanNs, leastNs, most: mostRepeats })
  }

  const durationsNs: number[] = []
  let measuredNs = 0
  while (durationsNs.length < leastRuns || measuredNs < measureMs * 1e6) {
    const taken = await sample(repeats)
    if (isFailure(taken)) return taken
    measuredNs += taken.spanNs
    durationsNs.push(taken.spanNs / repeats)
    if (durationsNs.length === RUNS_BEFORE_CUT && Math.min(...durationsNs) > cutNs)
      return { status: 'timed', durationsNs, clock: watch.clock, cut: true }
    // A clock that stands still must not keep this loop alive.
    if (durationsNs.length >= leastRuns && measuredNs === 0) break
  }
  return { status: 'timed', durationsNs, clock: watch.clock, cut: false }
}

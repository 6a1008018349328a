import type { Failure, Timing } from '@tilewright/tuner'
import { BUFFER_USAGE, MAP_READ } from './gpu.ts'
import { quantumOf } from './quantum.ts'
import { runFailure, scoped } from './scopes.ts'
import { isFailure, type Session } from './session.ts'

/** Times one compute pass. */
export interface Stopwatch {
  readonly clock: Timing['clock']
  /** The span below which a sample is too coarse; falls while the clock's grid is still being found out. */
  leastSpanNs(): number
  /** Records a pass, runs it and waits for it; the span in nanoseconds. */
  sample(record: (pass: GPUComputePassEncoder) => void): Promise<{ readonly spanNs: number } | Failure>
  destroy(): void
}

// 100 quanta bound the error of a span by 1 % (tuner: measurement protocol). A grid that is no whole number of
// nanoseconds is rounded to 1 ns and not seen; ticks of real GPUs are 1 to 100 ns, hence the least span.
const QUANTA = 100
const LEAST_SPAN_NS = 10_000
// Submitting and waiting costs 0.05 ms on CPU drivers and 2 ms in a browser (measured 2026, Dawn on lavapipe; Chromium).
const LEAST_WALL_NS = 50_000_000

/** Timestamps of the device where it has them, else the wall clock around submit and wait. */
export function stopwatch(session: Session): Stopwatch {
  return session.device.features.has('timestamp-query') ? timestampStopwatch(session) : wallStopwatch(session)
}

function timestampStopwatch(session: Session): Stopwatch {
  const { device } = session
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 })
  const size = 2 * BigUint64Array.BYTES_PER_ELEMENT
  const resolved = device.createBuffer({ size, usage: BUFFER_USAGE.queryResolve | BUFFER_USAGE.copySrc })
  const copy = device.createBuffer({ size, usage: BUFFER_USAGE.mapRead | BUFFER_USAGE.copyDst })
  const timestampWrites = { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 }
  const stamps: bigint[] = []
  return {
    clock: 'timestamp-query',
    leastSpanNs() {
      const quantum = Number(quantumOf(stamps))
      return quantum === 0 ? Infinity : Math.max(LEAST_SPAN_NS, QUANTA * quantum)
    },
    async sample(record) {
      const { error } = await scoped(device, () => {
        const encoder = device.createCommandEncoder()
        const pass = encoder.beginComputePass({ timestampWrites })
        record(pass)
        pass.end()
        encoder.resolveQuerySet(querySet, 0, 2, resolved, 0)
        encoder.copyBufferToBuffer(resolved, 0, copy, 0, size)
        device.queue.submit([encoder.finish()])
      })
      if (error) return runFailure(error)
      const done = await session.within(copy.mapAsync(MAP_READ))
      if (isFailure(done)) return done
      const [begin = 0n, end = 0n] = new BigUint64Array(copy.getMappedRange().slice(0))
      copy.unmap()
      stamps.push(begin, end)
      return { spanNs: Number(end - begin) }
    },
    destroy() {
      querySet.destroy()
      resolved.destroy()
      copy.destroy()
    },
  }
}

function wallStopwatch(session: Session): Stopwatch {
  const { device } = session
  return {
    clock: 'wall',
    leastSpanNs: () => LEAST_WALL_NS,
    async sample(record) {
      const { value, error } = await scoped(device, () => {
        const encoder = device.createCommandEncoder()
        const pass = encoder.beginComputePass()
        record(pass)
        pass.end()
        const commands = encoder.finish()
        const began = performance.now()
        device.queue.submit([commands])
        return device.queue.onSubmittedWorkDone().then(() => performance.now() - began)
      })
      if (error) return runFailure(error)
      const wallMs = await session.within(value)
      return isFailure(wallMs) ? wallMs : { spanNs: wallMs * 1e6 }
    },
    destroy() {},
  }
}

import koffi from 'koffi'
import type { TimingProtocol } from '@tilewright/tuner'
import { DriverError, given, isLost } from './driver.ts'
import type { Driver } from './driver.ts'
import type { Work, WorkBuffer, WorkLaunch } from './jobs.ts'

/** A plan on the GPU: its buffers, and its launches with their arguments. */
export interface Execution {
  /** Runs once, from zeroed scratch and poisoned outputs, to the end; the bytes of the outputs, one after the other. */
  run(): Uint8Array
  /** Durations of single executions, each between the two events of a span, in nanoseconds. */
  time(
    protocol: TimingProtocol,
    spans: readonly Span[],
  ): { readonly durationsNs: readonly number[]; readonly cut: boolean }
  free(): void
}

// CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES of cuda.h: without it a block gets 48 KiB, static memory included.
const MAX_DYNAMIC_SHARED_SIZE_BYTES = 8

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

/** Allocates and fills the buffers of a plan. What fails leaves nothing behind. */
export function prepare(driver: Driver, module: bigint, work: Work): Execution {
  const addresses: bigint[] = []
  const free = (): void => {
    // Memory goes with its context; asked for it, the driver would say again what ended the context.
    if (isLost(driver)) return
    for (const address of addresses.splice(0)) driver.cuMemFree_v2(address)
  }
  try {
    for (const buffer of work.buffers) {
      const address = BigInt(given<number | bigint>(driver.cuMemAlloc_v2, Math.max(1, bytesOf(buffer))))
      addresses.push(address)
      if (buffer.role === 'input') driver.cuMemcpyHtoD_v2(address, buffer.data, buffer.data.length)
    }
    const launch = launcher(driver, module, work.launches, addresses)
    return {
      run: () => run(driver, work, addresses, launch),
      time: (protocol, spans) =>
        time(driver, { reset: () => fill(driver, work, addresses, ['scratch']), launch, spans }, protocol),
      free,
    }
  } catch (error) {
    free()
    throw error
  }
}

function run(
  driver: Driver,
  work: Work,
  addresses: readonly bigint[],
  launch: (afterEach?: () => void) => void,
): Uint8Array {
  fill(driver, work, addresses, ['scratch', 'output'])
  // Waiting for each launch lets an error name the launch that made it.
  launch(() => driver.cuCtxSynchronize())
  const outputs = work.buffers.flatMap((buffer, i) =>
    buffer.role === 'output' ? [{ address: addresses[i], bytes: buffer.bytes }] : [],
  )
  const all = new Uint8Array(new ArrayBuffer(outputs.reduce((sum, { bytes }) => sum + bytes, 0)))
  let at = 0
  for (const { address, bytes } of outputs) {
    if (bytes > 0) driver.cuMemcpyDtoH_v2(all.subarray(at, at + bytes), address, bytes)
    at += bytes
  }
  return all
}

// All ones is NaN in every floating-point type: what a kernel leaves unwritten must not look like a result.
function fill(
  driver: Driver,
  { buffers }: Work,
  addresses: readonly bigint[],
  roles: readonly WorkBuffer['role'][],
): void {
  buffers.forEach((buffer, i) => {
    if (!roles.includes(buffer.role) || bytesOf(buffer) === 0) return
    driver.cuMemsetD8Async(addresses[i], buffer.role === 'output' ? 0xff : 0, bytesOf(buffer), null)
  })
}

/** Launches everything in order; all that can be done before is done. */
function launcher(
  driver: Driver,
  module: bigint,
  launches: readonly WorkLaunch[],
  addresses: readonly bigint[],
): (afterEach?: () => void) => void {
  const functions = new Map<string, { readonly handle: bigint; sharedBytes: number }>()
  for (const { entryPoint, sharedBytes } of launches) {
    const known = functions.get(entryPoint)
    if (known) known.sharedBytes = Math.max(known.sharedBytes, sharedBytes)
    else functions.set(entryPoint, { handle: given(driver.cuModuleGetFunction, module, entryPoint), sharedBytes })
  }
  for (const { handle, sharedBytes } of functions.values())
    if (sharedBytes > 0) driver.cuFuncSetAttribute(handle, MAX_DYNAMIC_SHARED_SIZE_BYTES, sharedBytes)
  const ready = launches.map((launch) => {
    const { grid, block, sharedBytes, cooperative, entryPoint } = launch
    const shape = [functions.get(entryPoint)!.handle, ...grid, ...block, sharedBytes, null]
    const { slots, pointers } = argumentsOf(launch, addresses)
    return cooperative
      ? { entryPoint, slots, call: driver.cuLaunchCooperativeKernel, values: [...shape, pointers] }
      : { entryPoint, slots, call: driver.cuLaunchKernel, values: [...shape, pointers, null] }
  })
  return (afterEach) => {
    for (const { entryPoint, call, values } of ready) {
      try {
        call(...values)
        afterEach?.()
      } catch (error) {
        throw error instanceof DriverError ? error.during(`launch of ${entryPoint}`) : error
      }
    }
  }
}

/** An 8-byte slot for each argument, and the addresses of the slots, which is what a launch takes. */
function argumentsOf(
  { pointers, integers }: WorkLaunch,
  addresses: readonly bigint[],
): { readonly slots: DataView; readonly pointers: BigUint64Array } {
  const count = pointers.length + integers.length
  const slots = new DataView(new ArrayBuffer(8 * Math.max(1, count)))
  pointers.forEach((buffer, i) => slots.setBigUint64(8 * i, addresses[buffer]!, true))
  integers.forEach((value, i) => slots.setInt32(8 * (pointers.length + i), value, true))
  const first = koffi.address(slots.buffer)
  return { slots, pointers: BigUint64Array.from({ length: count }, (_, i) => first + BigInt(8 * i)) }
}

function time(
  driver: Driver,
  {
    reset,
    launch,
    spans,
  }: { readonly reset: () => void; readonly launch: () => void; readonly spans: readonly Span[] },
  { warmupMs, measureMs, leastRuns, cutNs = Infinity }: TimingProtocol,
): { readonly durationsNs: readonly number[]; readonly cut: boolean } {
  const execute = (): void => {
    reset()
    launch()
  }
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
      reset()
      driver.cuEventRecord(begin, null)
      launch()
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

function bytesOf(buffer: WorkBuffer): number {
  return buffer.role === 'input' ? buffer.data.length : buffer.bytes
}

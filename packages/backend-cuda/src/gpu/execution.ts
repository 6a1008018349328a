import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import koffi from 'koffi'
import type { TimingProtocol } from '@tilewright/tuner'
import { DriverError, given, isLost } from './driver.ts'
import type { Driver } from './driver.ts'
import type { Launch, Work, WorkBuffer } from '../work.ts'
import { timeLaunches } from './timing.ts'
import type { Span } from './timing.ts'

/** Buffers on the GPU. Inputs are only read by kernels, so several plans may share them. */
export interface Memory {
  readonly buffers: readonly Placed[]
  free(): void
}

/** A plan on the GPU: its buffers, and its launches with their arguments. */
export interface Execution {
  /** Runs once, from poisoned outputs and scratch, to the end; writes the outputs to a file. */
  run(outputs: string): void
  time(
    protocol: TimingProtocol,
    spans: readonly Span[],
  ): { readonly durationsNs: readonly number[]; readonly cut: boolean }
  free(): void
}

/** A buffer, and where it is on the GPU. */
interface Placed extends WorkBuffer {
  readonly address: bigint
}

// CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES of cuda.h: without it a block gets 48 KiB, static memory included.
const MAX_DYNAMIC_SHARED_SIZE_BYTES = 8

/** Allocates the inputs of a plan and fills them from a file. What fails leaves nothing behind. */
export function placeInputs(driver: Driver, { buffers }: Pick<Work, 'buffers'>, file: string): Memory {
  const inputs = allocate(
    driver,
    buffers.filter(({ role }) => role === 'input'),
  )
  try {
    upload(driver, inputs.buffers, file)
    return inputs
  } catch (error) {
    inputs.free()
    throw error
  }
}

/** Allocates the other buffers of a plan. What fails leaves nothing behind. */
export function prepare(driver: Driver, module: bigint, { buffers, launches }: Work, inputs: Memory): Execution {
  const others = allocate(
    driver,
    buffers.filter(({ role }) => role !== 'input'),
  )
  try {
    const launch = launcher(driver, module, launches, [...inputs.buffers, ...others.buffers])
    const zero = (): void => fill(driver, others.buffers, 'zeroed', 0)
    return {
      run(outputs) {
        // All ones is NaN in every floating-point type: what a kernel leaves unwritten must not look like a result.
        for (const role of ['output', 'scratch'] as const) fill(driver, others.buffers, role, 0xff)
        zero()
        // Waiting for each launch lets an error name the launch that made it.
        launch(() => driver.cuCtxSynchronize())
        download(driver, others.buffers, outputs)
      },
      time(protocol, spans) {
        const execute = (): void => {
          zero()
          launch()
        }
        return timeLaunches(driver, { execute, spans }, protocol)
      },
      free: () => others.free(),
    }
  } catch (error) {
    others.free()
    throw error
  }
}

function allocate(driver: Driver, buffers: readonly WorkBuffer[]): Memory {
  const placed: Placed[] = []
  const free = (): void => {
    // Memory goes with its context; asked for it, the driver would say again what ended the context.
    if (isLost(driver)) return
    for (const { address } of placed.splice(0)) driver.cuMemFree_v2(address)
  }
  try {
    for (const buffer of buffers) {
      const address = BigInt(given<number | bigint>(driver.cuMemAlloc_v2, Math.max(1, buffer.bytes)))
      placed.push({ ...buffer, address })
    }
    return { buffers: placed, free }
  } catch (error) {
    free()
    throw error
  }
}

function upload(driver: Driver, buffers: readonly Placed[], file: string): void {
  const descriptor = openSync(file, 'r')
  try {
    for (const { address, bytes } of used(buffers, 'input')) {
      const data = new Uint8Array(new ArrayBuffer(bytes))
      for (let at = 0; at < bytes;) {
        const count = readSync(descriptor, data, at, Math.min(bytes - at, MOST_AT_ONCE), null)
        if (count === 0) throw new Error(`${file}: ends too early`)
        at += count
      }
      driver.cuMemcpyHtoD_v2(address, data, bytes)
    }
  } finally {
    closeSync(descriptor)
  }
}

function download(driver: Driver, buffers: readonly Placed[], file: string): void {
  const descriptor = openSync(file, 'w')
  try {
    for (const { address, bytes } of used(buffers, 'output')) {
      const data = new Uint8Array(new ArrayBuffer(bytes))
      driver.cuMemcpyDtoH_v2(data, address, bytes)
      for (let at = 0; at < bytes;) at += writeSync(descriptor, data, at, Math.min(bytes - at, MOST_AT_ONCE))
    }
  } finally {
    closeSync(descriptor)
  }
}

// The system reads and writes no more than 2 GiB at once.
const MOST_AT_ONCE = 1 << 30

function fill(driver: Driver, buffers: readonly Placed[], role: WorkBuffer['role'], value: number): void {
  for (const { address, bytes } of used(buffers, role)) driver.cuMemsetD8Async(address, value, bytes, null)
}

function used(buffers: readonly Placed[], wanted: WorkBuffer['role']): readonly Placed[] {
  return buffers.filter(({ role, bytes }) => role === wanted && bytes > 0)
}

/** Launches everything in order; all that can be done before is done. */
function launcher(
  driver: Driver,
  module: bigint,
  launches: readonly Launch[],
  buffers: readonly Placed[],
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
    const { slots, pointers } = argumentsOf(launch, buffers)
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
  { arguments: given }: Launch,
  buffers: readonly Placed[],
): { readonly slots: Uint8Array; readonly pointers: BigUint64Array } {
  const addresses = new Map(buffers.map(({ name, address }) => [name, address]))
  const slots = new Uint8Array(new ArrayBuffer(8 * Math.max(1, given.length)))
  given.forEach((argument, i) => {
    if ('buffer' in argument) new DataView(slots.buffer).setBigUint64(8 * i, addresses.get(argument.buffer)!, true)
    else slots.set(argument.value, 8 * i)
  })
  const first = koffi.address(slots.buffer)
  return { slots, pointers: BigUint64Array.from({ length: given.length }, (_, i) => first + BigInt(8 * i)) }
}

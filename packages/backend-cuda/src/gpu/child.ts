// The process that holds a GPU: does one job after the other, as jobs.ts has them, and ends with whoever started it.
import { readFileSync } from 'node:fs'
import koffi from 'koffi'
import { findByDriver } from './attributes.ts'
import { DriverError, MissingDriver, given, isLost, openDriver } from './driver.ts'
import type { Driver } from './driver.ts'
import { placeInputs, prepare } from './execution.ts'
import type { Execution, Memory } from './execution.ts'
import type { Answer, JobName, Jobs, Message, Refused } from './jobs.ts'
import { makeSpans } from './timing.ts'
import type { Span } from './timing.ts'

interface Module {
  readonly handle: bigint
  prepared?: { readonly execution: Execution; readonly inputs: Inputs } | undefined
}

interface Inputs {
  readonly number: number
  readonly memory: Memory
  /** Modules that have something prepared on them. */
  users: number
}

interface Held {
  readonly driver: Driver
  readonly modules: Map<number, Module>
  readonly inputs: Map<number, Inputs>
  /** What is timed is timed with these. */
  readonly spans: readonly Span[]
}

let held: Held | undefined
let modulesSoFar = 0
let inputsSoFar = 0

function answerTo(message: Message): Jobs[JobName]['answer'] {
  switch (message.name) {
    case 'find':
      return { status: 'found', ...findByDriver(openDriver(message.library)) }
    case 'open':
      held = open(message.library, message.index)
      return { status: 'opened' }
    case 'load':
      return { status: 'loaded', module: load(holding(), message.file) }
    case 'run': {
      const { driver, module } = moduleOf(message.module)
      drop(module)
      // Inputs of its own: what a kernel does to them it does to this run alone.
      const inputs = placeInputs(driver, message.work, message.inputs)
      try {
        const execution = prepare(driver, module.handle, message.work, inputs)
        try {
          execution.run(message.outputs)
          return { status: 'ran' }
        } finally {
          execution.free()
        }
      } finally {
        inputs.free()
      }
    }
    case 'place': {
      const { driver, inputs } = holding()
      const memory = placeInputs(driver, message.work, message.inputs)
      const earlier = inputs.get(inputsSoFar)
      inputs.set(++inputsSoFar, { number: inputsSoFar, memory, users: 0 })
      if (earlier) freeUnused(earlier)
      return { status: 'placed', inputs: inputsSoFar }
    }
    case 'prepare': {
      const { driver, module } = moduleOf(message.module)
      drop(module)
      const inputs = holding().inputs.get(message.inputs)!
      module.prepared = { execution: prepare(driver, module.handle, message.work, inputs.memory), inputs }
      inputs.users++
      return { status: 'prepared' }
    }
    case 'time':
      return {
        status: 'timed',
        ...moduleOf(message.module).module.prepared!.execution.time(message.protocol, holding().spans),
      }
    case 'unload': {
      const { driver, module } = moduleOf(message.module)
      drop(module)
      holding().modules.delete(message.module)
      driver.cuModuleUnload(module.handle)
      return { status: 'unloaded' }
    }
  }
}

function open(library: string, index: number): Held {
  const driver = openDriver(library)
  driver.cuInit(0)
  driver.cuCtxSetCurrent(given(driver.cuDevicePrimaryCtxRetain, given(driver.cuDeviceGet, index)))
  return { driver, modules: new Map(), inputs: new Map(), spans: makeSpans(driver) }
}

function load({ driver, modules }: Held, file: string): number {
  const bytes = readFileSync(file)
  // PTX has to end in a zero; behind a cubin it does not matter.
  const image = new Uint8Array(new ArrayBuffer(bytes.length + 1))
  image.set(bytes)
  modules.set(++modulesSoFar, { handle: given(driver.cuModuleLoadData, image) })
  return modulesSoFar
}

function holding(): Held {
  if (held === undefined) throw new Error('no GPU was opened')
  return held
}

function moduleOf(number: number): { readonly driver: Driver; readonly module: Module } {
  const { driver, modules } = holding()
  return { driver, module: modules.get(number)! }
}

function drop(module: Module): void {
  const { prepared } = module
  module.prepared = undefined
  if (prepared === undefined) return
  prepared.execution.free()
  prepared.inputs.users--
  freeUnused(prepared.inputs)
}

/** The inputs that came last are kept for what will be timed on them next. */
function freeUnused({ number, memory, users }: Inputs): void {
  if (users > 0 || number === inputsSoFar) return
  holding().inputs.delete(number)
  memory.free()
}

function refusal(error: unknown): Refused {
  if (error instanceof MissingDriver)
    return { status: 'runtime', reason: 'no-driver', message: error.message, isLost: false }
  // A defect of ours ends the process; its stack is on stderr then.
  if (!(error instanceof DriverError)) throw error
  return {
    status: 'runtime',
    reason: 'driver',
    message: error.message,
    isLost: held !== undefined && isLost(held.driver),
  }
}

// A kernel may spin for ever, and this process with it: not longer than whoever started it lives. 1 is
// PR_SET_PDEATHSIG, 9 SIGKILL (prctl(2), signal(7)).
if (process.platform === 'linux') koffi.load(null).func('int prctl(int option, unsigned long value)')(1, 9)
// Ctrl-C goes to both; whoever started this process decides what becomes of the job.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
process.on('message', (message: Message) => {
  let answer: Answer<JobName>
  try {
    answer = answerTo(message)
  } catch (error) {
    answer = refusal(error)
  }
  process.send!(answer)
})

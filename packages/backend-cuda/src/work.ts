import type { Plan } from '@tilewright/kernels'
import { CudaError } from './errors.ts'
import { noEntryPoint, unknownBuffer, wrongArgument, wrongArgumentCount } from './messages.ts'
import { byteCount } from './plan-bytes.ts'
import type { EntryPoint } from './ptx/layout.ts'

/** A plan down to bytes. Kernels that no plan is for, with arguments of any kind and order, can be launched by it too. */
export interface Work {
  readonly buffers: readonly WorkBuffer[]
  /** They run in order, each sees what the ones before it wrote. */
  readonly launches: readonly Launch[]
}

/** A buffer in global memory. */
export interface WorkBuffer {
  readonly name: string
  /** Outputs and scratch start as all ones, which is a NaN; `inout` is both read at the start and at the end. */
  readonly role: 'input' | 'output' | 'inout' | 'scratch' | 'zeroed'
  readonly bytes: number
}

/** One launch, its arguments in the kernel's order. */
export interface Launch {
  readonly entryPoint: string
  readonly grid: readonly [number, number, number]
  readonly block: readonly [number, number, number]
  /** Dynamic shared memory in bytes. */
  readonly sharedBytes: number
  /** All blocks are resident at once. */
  readonly cooperative: boolean
  readonly arguments: readonly Argument[]
}

/** The address of a buffer, or a value's bytes, little endian. */
export type Argument = { readonly buffer: string } | { readonly value: Uint8Array }

/** A plan in bytes. */
export function workOf(plan: Plan): Work {
  return {
    buffers: plan.buffers.map((buffer) => ({ name: buffer.name, role: buffer.role, bytes: byteCount(buffer) })),
    launches: plan.dispatches.map(({ buffers, scalars, ...launch }) => ({
      ...launch,
      arguments: [
        ...buffers.map((buffer) => ({ buffer })),
        ...scalars.map(({ value }) => ({ value: new Uint8Array(Int32Array.of(value).buffer) })),
      ],
    })),
  }
}

/** Throws `E_PLAN` where a launch names no kernel of the module, no buffer that is there, or hands over other arguments. */
export function checkWork({ buffers, launches }: Work, kernels: readonly EntryPoint[]): void {
  const names = new Set(buffers.map(({ name }) => name))
  for (const { entryPoint, arguments: given } of launches) {
    const kernel = kernels.find(({ name }) => name === entryPoint)
    if (kernel === undefined) {
      const known = kernels.map(({ name }) => name)
      throw new CudaError('E_PLAN', noEntryPoint(entryPoint, known))
    }
    const { parameters } = kernel
    if (given.length !== parameters.length) {
      const types = parameters.map(({ type }) => type)
      throw new CudaError('E_PLAN', wrongArgumentCount(entryPoint, given.length, types))
    }
    given.forEach((argument, i) => {
      if ('buffer' in argument && !names.has(argument.buffer))
        throw new CudaError('E_PLAN', unknownBuffer(entryPoint, argument.buffer))
      const bytes = 'buffer' in argument ? 8 : argument.value.length
      if (bytes !== parameters[i]!.bytes)
        throw new CudaError('E_PLAN', wrongArgument({ entryPoint, number: i + 1, bytes }, parameters[i]!))
    })
  }
}

/** The work as runtime/runner.cpp reads it, after the lines that say what it runs on. */
export function workText({ buffers, launches }: Work): string {
  const indices = new Map(buffers.map(({ name }, index) => [name, index]))
  const lines = buffers.map(({ name, role, bytes }) => `buffer ${name.replaceAll(/\s/g, '_')} ${role} ${bytes}`)
  for (const { entryPoint, grid, block, sharedBytes, cooperative, arguments: given } of launches) {
    const shape = [...grid, ...block, sharedBytes, cooperative ? 1 : 0, given.length]
    lines.push(`launch ${entryPoint} ${shape.join(' ')}`)
    for (const argument of given)
      lines.push('buffer' in argument ? `pointer ${indices.get(argument.buffer)}` : valueText(argument.value))
  }
  return `${lines.join('\n')}\n`
}

function valueText(bytes: Uint8Array): string {
  return `value ${bytes.reduceRight((number, byte) => number * 256n + BigInt(byte), 0n)} ${bytes.length}`
}

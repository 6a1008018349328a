import { parsePtx } from './syntax.ts'
import type { PtxFunction, PtxVariable } from './syntax.ts'

/** A kernel by its name in the PTX, and what it takes in its own order. */
export interface EntryPoint {
  readonly name: string
  readonly parameters: readonly KernelParameter[]
}

/** What a kernel takes, as its PTX declares it. */
export interface KernelParameter {
  /** `u64`, `f32`; `b8` for what C calls a structure. */
  readonly type: string
  readonly bytes: number
  /** From the first parameter's first byte. */
  readonly offset: number
}

/** The kernels of PTX, to launch them by. */
export function entryPointsOf(ptx: string): readonly EntryPoint[] {
  const { functions } = parsePtx(ptx)
  return functions.filter(({ isEntry }) => isEntry).map(entryPointOf)
}

export function entryPointOf({ name, parameters }: PtxFunction): EntryPoint {
  const { offsets } = layOut(parameters)
  return { name, parameters: parameters.map((p) => ({ type: p.type, bytes: p.bytes, offset: offsets.get(p.name)! })) }
}

/** Offsets of variables that lie one behind the other, each at a multiple of its alignment, and the end of the last. */
export function layOut(variables: readonly PtxVariable[]): {
  readonly offsets: ReadonlyMap<string, number>
  readonly bytes: number
} {
  const offsets = new Map<string, number>()
  let bytes = 0
  for (const { name, align, bytes: own } of variables) {
    bytes = Math.ceil(bytes / align) * align
    offsets.set(name, bytes)
    bytes += own
  }
  return { offsets, bytes }
}

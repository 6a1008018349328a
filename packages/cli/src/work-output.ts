import type { Contents } from '@tilewright/backend-cuda'
import { bytesOfElement, decodeElements, isFloat } from './element.ts'
import type { LaunchBuffer, LaunchFile } from './launch-file.ts'

/** What a launch file's outputs hold, as the first order left it. */
export interface Output {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly first: readonly number[]
  readonly least: number
  readonly most: number
  /** Elements that are all ones still, which is what an output starts as. */
  readonly unwritten: number
  /** Elements that are not the same after every order. */
  readonly unstable: number
  readonly bytes: Uint8Array
}

const SHOWN = 8

/** The outputs of a launch file, which ran in several orders. */
export function outputsOf({ buffers }: LaunchFile, runs: readonly Contents[]): readonly Output[] {
  return buffers.flatMap((buffer) => {
    const versions = runs.flatMap((outputs) => outputs[buffer.name] ?? [])
    return versions.length === 0 ? [] : [outputOf(buffer, versions)]
  })
}

function outputOf({ name, dtype, shape, role }: LaunchBuffer, versions: readonly Uint8Array[]): Output {
  const bytes = versions[0]!
  const values = decodeElements(dtype, bytes)
  const size = bytesOfElement(dtype)
  const elements = Array.from(values, (_, i) => bytes.subarray(i * size, i * size + size))
  const isSame = (element: Uint8Array, i: number): boolean =>
    versions.every((version) => element.every((byte, b) => byte === version[i * size + b]))
  return {
    name,
    dtype,
    shape,
    first: [...values.subarray(0, SHOWN)],
    least: values.reduce((least, value) => (value < least ? value : least), Infinity),
    most: values.reduce((most, value) => (value > most ? value : most), -Infinity),
    // All ones is a NaN, but also an integer that may be meant.
    unwritten:
      role === 'output' && isFloat(dtype)
        ? elements.filter((element) => element.every((byte) => byte === 0xff)).length
        : 0,
    unstable: elements.filter((element, i) => !isSame(element, i)).length,
    bytes,
  }
}

/** One line: the first values, the range, and what is odd. */
export function outputText({ name, dtype, shape, first, least, most, unwritten, unstable }: Output): string {
  const values = first.map((value) => Number(value.toPrecision(6))).join(' ')
  const notes = [
    least <= most ? `${Number(least.toPrecision(6))} to ${Number(most.toPrecision(6))}` : 'no numbers',
    ...(unwritten > 0 ? [`${unwritten} not written`] : []),
    ...(unstable > 0 ? [`${unstable} not the same in every order`] : []),
  ]
  return `${name}  ${dtype} [${shape.join(', ')}]  ${values}${elementCount(shape) > SHOWN ? ' …' : ''}  (${notes.join('; ')})`
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

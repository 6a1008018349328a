import { wrongLength, wrongSize } from './messages.ts'

/** A tensor's axes, outermost first: what each counts, and how many. */
export type Shape = readonly (readonly [axis: string, count: number])[]

export function checkLength(cell: string, name: string, tensor: Float64Array, shape: Shape): void {
  const wanted = shape.reduce((product, [, count]) => product * count, 1)
  if (tensor.length !== wanted) throw wrongLength(cell, name, tensor.length, shape)
}

export function checkSizes(cell: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(value) || value < 1) throw wrongSize(cell, name, value)
  }
}

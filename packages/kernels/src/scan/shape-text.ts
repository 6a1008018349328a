import type { Pass, Problem } from '../problem.ts'
import type { TensorSpec } from '../tensor.ts'
import { scanCell } from './cell.ts'
import { inputTensors, scanTensors } from './tensors.ts'

const SCRATCH: Readonly<Record<string, string>> = {
  parts: '[batch][PARTS][2][CHANNELS]',
  progress: '[1 + batch * CHANNEL_BLOCKS * tiles], zeros at launch',
  sums: '[batch][tiles][2][CHANNELS]',
  states: '[batch][tiles][CHANNELS]',
}

/** The shape of each buffer of a scan in the words of its kernel, by name: `[batch][time][CHANNELS]`. */
export function shapeTexts(problem: Problem, pass: Pass): Readonly<Record<string, string>> {
  const { inputs, outputs } = scanTensors(problem, pass)
  const packed = new Set(
    inputTensors(scanCell(problem), problem)
      .filter(({ columns }) => columns > 1)
      .flatMap(({ tensor }) => [tensor, `d${tensor}`]),
  )
  const text = ({ name, axes }: TensorSpec): string =>
    [...axes].map((axis) => `[${axisText(axis, packed.has(name))}]`).join('')
  return { ...SCRATCH, ...Object.fromEntries([...inputs, ...outputs].map((tensor) => [tensor.name, text(tensor)])) }
}

function axisText(axis: string, isPacked: boolean): string {
  switch (axis) {
    case 'b':
      return 'batch'
    case 't':
      return 'time'
    case 'k':
      return 'ceil(time / CHECKPOINT)'
    case 'r':
      return 'time / CHECKPOINT + batch'
    case 'e':
      return 'batch + 1'
    default:
      return isPacked ? 'PACKED_CHANNELS' : 'CHANNELS'
  }
}

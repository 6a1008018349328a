import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  backward,
  cell as findCell,
  cellNames,
  forward,
  scanBackward,
  scanForward,
  type RecurrentCell,
  type ScanCell,
} from '@tilewright/cells'
import {
  familyOf,
  relativeError,
  roundTo,
  withOutputs,
  type Dtype,
  type FamilyName,
  type Pass,
  type Problem,
  type Tensors,
} from '@tilewright/kernels'
import { usage } from './exit-code.ts'

/** A file of golden vectors: float64 inputs, outputs and gradients of one cell (packages/cells/data/vectors/README.md). */
export interface VectorFile {
  readonly name: string
  readonly cell: RecurrentCell | ScanCell
  readonly problem: Problem
  readonly tensors: Readonly<Record<string, Float64Array>>
}

/** The files of a folder whose cells there are, and the names of those whose cells there are not. */
export interface Vectors {
  readonly files: readonly VectorFile[]
  readonly skipped: readonly string[]
}

/** The golden vectors of a folder, or those of one cell or one family; there is at least one. */
export function readVectors(
  folder: string,
  { cell, kernel }: { readonly cell?: string | undefined; readonly kernel?: FamilyName | undefined } = {},
): Vectors {
  if (cell !== undefined) findCell(cell)
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
  if (names.length === 0)
    throw usage(`${folder}: holds no vector files; name a folder with files such as lstm-b2-t5-n2-d8-zero.json`)
  const files: VectorFile[] = []
  const skipped: string[] = []
  for (const name of names) {
    const file = readVector(join(folder, name), name)
    if (file) files.push(file)
    else skipped.push(name)
  }
  const chosen = files
    .filter(({ problem }) => cell === undefined || problem.cell === cell)
    .filter(({ problem }) => kernel === undefined || familyOf(problem.cell) === kernel)
  if (chosen.length === 0) {
    const asked = [cell, kernel].filter((word) => word !== undefined)
    const cells = [...new Set(files.map(({ problem }) => problem.cell))]
    throw usage(
      `${folder}: has no vectors of ${asked.join(' and ') || 'a cell that there is'}; there are ${cells.join(', ') || 'none'}`,
    )
  }
  return { files: chosen, skipped: cell === undefined && kernel === undefined ? skipped : [] }
}

function readVector(path: string, name: string): VectorFile | undefined {
  const json = parsed(path)
  const cellName = typeof json['cell'] === 'string' ? json['cell'] : name.split('-')[0]!
  const word = name.includes('mgrad-detached') ? `${cellName}-detached` : cellName
  if (!cellNames().includes(word)) return undefined
  const cell = findCell(word)
  const size = (key: string, otherwise?: number): number => {
    const value = json[key] ?? otherwise
    if (typeof value !== 'number')
      throw usage(`${path}: ${key} is ${JSON.stringify(value)}, not a number; see the README of the vectors`)
    return value
  }
  const headDim = cell.kind === 'scan' ? size('D') : size('headDim')
  const problem: Problem = {
    cell: word,
    dtype: 'f32',
    batch: size('B'),
    time: size('T'),
    heads: size('heads', 1),
    headDim,
  }
  const tensors = Object.fromEntries(
    Object.entries(json).flatMap(([key, value]) => {
      const data = typeof value === 'object' && value !== null && 'data' in value ? value.data : undefined
      return Array.isArray(data) ? [[key, Float64Array.from(data as number[])]] : []
    }),
  )
  return { name, cell, problem, tensors }
}

function parsed(path: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw usage(`${path}: is not JSON: ${error.message}`)
    throw error
  }
}

/**
 * Inputs of a kernel from the file, rounded to the storage type; what is carried as float32 only to that. A backward pass
 * gets what the forward pass makes of the rounded inputs.
 */
export function kernelInputs(file: VectorFile, pass: Pass, dtype: Dtype): Tensors {
  const inputs = forwardInputs(file, dtype)
  if (pass === 'forward') return inputs
  const { problem, tensors } = file
  return {
    ...withOutputs({ ...problem, dtype }, inputs),
    dh: roundTo(dtype, tensors['dh']!),
    dLastState: new Float32Array(problem.batch * problem.heads * problem.headDim),
  }
}

function forwardInputs({ cell, problem, tensors }: VectorFile, dtype: Dtype): Tensors {
  if (cell.kind === 'scan') {
    const h0 = tensors['h0'] ?? new Float64Array(problem.batch * problem.heads * problem.headDim)
    return Object.fromEntries([
      ...cell.inputs.map((name) => [name, roundTo(dtype, tensors[name]!)]),
      ['h0', roundTo('f32', h0)],
    ])
  }
  const { Wx, R, b, initialStates } = tensors
  return {
    Wx: roundTo(dtype, Wx!),
    R: roundTo(dtype, R!),
    b: roundTo(dtype, b!),
    initialStates: roundTo('f32', initialStates!),
  }
}

/** The largest relative error of the float64 reference against the file, for every output and every gradient. */
export function referenceErrors(file: VectorFile): Readonly<Record<string, number>> {
  const found = file.cell.kind === 'scan' ? scanTensors(file, file.cell) : recurrentTensors(file, file.cell)
  return Object.fromEntries(
    Object.entries(found)
      .filter(([name]) => file.tensors[name] !== undefined)
      .map(([name, values]) => [name, relativeError(values, file.tensors[name]!).value]),
  )
}

function recurrentTensors(
  { problem, tensors }: VectorFile,
  cell: RecurrentCell,
): Readonly<Record<string, Float64Array>> {
  const inputs = { Wx: tensors['Wx']!, R: tensors['R']!, b: tensors['b']!, initialStates: tensors['initialStates']! }
  const { batch, time, heads, headDim } = problem
  const sizes = { batch, time, heads, headDim }
  const { states } = forward(cell, sizes, inputs)
  return { states, ...backward(cell, sizes, inputs, states, tensors['dStates']!) }
}

function scanTensors({ problem, tensors }: VectorFile, cell: ScanCell): Readonly<Record<string, Float64Array>> {
  const sizes = { batch: problem.batch, time: problem.time, channels: problem.heads * problem.headDim }
  const inputs = Object.fromEntries(cell.inputs.map((name) => [name, tensors[name]!]))
  const h0 = tensors['h0']
  const { h } = scanForward(cell, sizes, inputs, h0)
  const { dInputs, dh0 } = scanBackward(cell, sizes, inputs, { h, dOutput: tensors['dh']!, ...(h0 && { h0 }) })
  return { h, dh0, ...Object.fromEntries(Object.entries(dInputs).map(([name, values]) => [`d${name}`, values])) }
}

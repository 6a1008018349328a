import { linearise } from './tape.ts'
import type { TapeEntry } from './tape.ts'
import type { Expr, Leaf } from './expression.ts'

/** Expressions made ready to be computed in float64 for many units at once. */
export interface Program {
  /** The leaves that the expressions read, each once, in the order in which `run` takes their values. */
  readonly leaves: readonly Leaf[]
  /**
   * The value of each expression for the first `count` elements of the leaves. The arrays belong to the program and hold
   * until its next run; one may be a leaf's own array.
   */
  run(leaves: readonly Float64Array[], count: number): readonly Float64Array[]
}

/** A program over vectors: one loop for each operation, so that the cost of dispatch is shared by all units. */
export function compile(exprs: readonly Expr[]): Program {
  const tape = linearise(exprs)
  const leafPositions = tape.entries.flatMap((entry, position) => (entry.op === 'leaf' ? [position] : []))
  const values: Float64Array[] = []
  let capacity = 0

  const reserve = (count: number): void => {
    tape.entries.forEach((entry, position) => {
      if (entry.op !== 'leaf') values[position] = new Float64Array(count).fill(entry.value)
    })
    capacity = count
  }
  return {
    leaves: leafPositions.map((position) => tape.entries[position]!.leaf!),
    run(leaves, count) {
      if (count > capacity) reserve(count)
      leafPositions.forEach((position, index) => (values[position] = leaves[index]!))
      tape.entries.forEach((entry, position) => {
        if (entry.op !== 'leaf' && entry.op !== 'const') compute(entry, values, values[position]!, count)
      })
      return tape.outputs.map((position) => values[position]!)
    },
  }
}

/** The values of the expressions in float64; `leafValue` is asked once for each leaf. */
export function evaluate(exprs: readonly Expr[], leafValue: (leaf: Leaf) => number): number[] {
  const program = compile(exprs)
  const leaves = program.leaves.map((leaf) => Float64Array.of(leafValue(leaf)))
  return program.run(leaves, 1).map((values) => values[0]!)
}

function compute(entry: TapeEntry, values: readonly Float64Array[], out: Float64Array, count: number): void {
  const x = values[entry.args[0]!]!
  const y = values[entry.args[1] ?? entry.args[0]!]!
  switch (entry.op) {
    case 'add':
      for (let i = 0; i < count; i++) out[i] = x[i]! + y[i]!
      return
    case 'sub':
      for (let i = 0; i < count; i++) out[i] = x[i]! - y[i]!
      return
    case 'mul':
      for (let i = 0; i < count; i++) out[i] = x[i]! * y[i]!
      return
    case 'div':
      for (let i = 0; i < count; i++) out[i] = x[i]! / y[i]!
      return
    case 'min':
      for (let i = 0; i < count; i++) out[i] = Math.min(x[i]!, y[i]!)
      return
    case 'max':
      for (let i = 0; i < count; i++) out[i] = Math.max(x[i]!, y[i]!)
      return
    case 'less':
      for (let i = 0; i < count; i++) out[i] = x[i]! < y[i]! ? 1 : 0
      return
    case 'lessEqual':
      for (let i = 0; i < count; i++) out[i] = x[i]! <= y[i]! ? 1 : 0
      return
    case 'equal':
      for (let i = 0; i < count; i++) out[i] = x[i]! === y[i]! ? 1 : 0
      return
    case 'neg':
      for (let i = 0; i < count; i++) out[i] = -x[i]!
      return
    case 'exp':
      for (let i = 0; i < count; i++) out[i] = Math.exp(x[i]!)
      return
    case 'log':
      for (let i = 0; i < count; i++) out[i] = Math.log(x[i]!)
      return
    case 'sqrt':
      for (let i = 0; i < count; i++) out[i] = Math.sqrt(x[i]!)
      return
    case 'tanh':
      for (let i = 0; i < count; i++) out[i] = Math.tanh(x[i]!)
      return
    case 'sigmoid':
      for (let i = 0; i < count; i++) {
        const e = Math.exp(-Math.abs(x[i]!))
        out[i] = (x[i]! >= 0 ? 1 : e) / (1 + e)
      }
      return
    case 'logSigmoid':
      for (let i = 0; i < count; i++) out[i] = Math.min(x[i]!, 0) - Math.log1p(Math.exp(-Math.abs(x[i]!)))
      return
    case 'softplus':
      for (let i = 0; i < count; i++) out[i] = Math.max(x[i]!, 0) + Math.log1p(Math.exp(-Math.abs(x[i]!)))
      return
    case 'select': {
      const z = values[entry.args[2]!]!
      for (let i = 0; i < count; i++) out[i] = x[i] === 1 ? y[i]! : z[i]!
      return
    }
    case 'const':
    case 'leaf':
      return
  }
}

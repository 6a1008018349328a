import { backwardStep } from './backward-step.ts'
import type { RecurrentCell } from './cell.ts'
import { compile } from './evaluate.ts'
import type { Program } from './evaluate.ts'
import type { Expr, Leaf } from './expression.ts'
import { checkLength, checkSizes } from './shape.ts'

export interface RecurrentSizes {
  readonly batch: number
  readonly time: number
  readonly heads: number
  readonly headDim: number
}

/** Row-major tensors: Wx [B,T,Gw,N,D], R [Gr,N,Dout,Din], b [Gb,N,D], initialStates [S,B,N,D] (zeros where missing). */
export interface RecurrentInputs {
  readonly Wx: Float64Array
  readonly R: Float64Array
  readonly b: Float64Array
  readonly initialStates?: Float64Array
}

export interface RecurrentGradients {
  readonly dWx: Float64Array
  readonly dR: Float64Array
  readonly db: Float64Array
  readonly dInitialStates: Float64Array
}

/**
 * The float64 reference of a whole sequence: all states after each step [S,B,T,N,D], without the initial one, and the
 * last ones [S,B,N,D]. Throws `E_SHAPE` for a tensor of another length than the sizes ask for.
 */
export function forward(
  cell: RecurrentCell,
  sizes: RecurrentSizes,
  inputs: RecurrentInputs,
): { readonly states: Float64Array; readonly lastStates: Float64Array } {
  checkInputs(cell, sizes, inputs)
  const { batch, time } = sizes
  const units = sizes.heads * sizes.headDim
  const program = compile(cell.states.map((name) => cell.next[name]!))
  const states = new Float64Array(cell.states.length * batch * time * units)
  const lastStates = new Float64Array(cell.states.length * batch * units)
  const steps = stepReader(cell, sizes, inputs, states)

  for (let sequence = 0; sequence < batch; sequence++) {
    for (let t = 0; t < time; t++) {
      const values = steps.enter(sequence, t)
      const next = program.run(gather(program, values), units)
      next.forEach((value, index) => {
        const start = ((index * batch + sequence) * time + t) * units
        states.set(value.subarray(0, units), start)
        if (t === time - 1) lastStates.set(value.subarray(0, units), (index * batch + sequence) * units)
      })
    }
  }
  return { states, lastStates }
}

/**
 * The gradients of Σ states · dStates in float64, where `states` is what `forward` returned for the same inputs. A
 * gradient of the last states is added to the last step of `dStates` beforehand. Gradients have the shapes of what they
 * belong to. Throws `E_SHAPE`.
 */
export function backward(
  cell: RecurrentCell,
  sizes: RecurrentSizes,
  inputs: RecurrentInputs,
  states: Float64Array,
  dStates: Float64Array,
): RecurrentGradients {
  checkInputs(cell, sizes, inputs)
  const { batch, time, heads, headDim } = sizes
  const units = heads * headDim
  const stateShape = shapeOfStates(cell, sizes)
  checkLength(cell.name, 'states', states, stateShape)
  checkLength(cell.name, 'dStates', dStates, stateShape)
  const step = backwardStep(cell)
  const program = compile([step.Wx, step.Ry, step.b, step.states].flatMap((group) => Object.values<Expr>(group)))
  const dWx = new Float64Array(inputs.Wx.length)
  const dR = new Float64Array(inputs.R.length)
  const db = new Float64Array(inputs.b.length)
  const dInitialStates = new Float64Array(cell.states.length * batch * units)
  const steps = stepReader(cell, sizes, inputs, states)

  for (let sequence = 0; sequence < batch; sequence++) {
    const carried = cell.states.map((_, index) => row(dInitialStates, index * batch + sequence, units))
    for (let t = time - 1; t >= 0; t--) {
      const values = steps.enter(sequence, t)
      cell.states.forEach((name, index) => {
        const outside = row(dStates, (index * batch + sequence) * time + t, units)
        values.set(
          `gradient ${name}`,
          carried[index]!.map((value, unit) => value + outside[unit]!),
        )
      })
      const results = program.run(gather(program, values), units)
      const [Wx, Ry, b, entering] = cut(results, [cell.inputGates, cell.recurrentGates, cell.biasGates, cell.states])
      Wx!.forEach((value, gate) =>
        row(dWx, (sequence * time + t) * Wx!.length + gate, units).set(value.subarray(0, units)),
      )
      b!.forEach((value, gate) => addTo(row(db, gate, units), value))
      entering!.forEach((value, index) => carried[index]!.set(value.subarray(0, units)))
      const h = values.get(`state ${cell.states[0]!}`)!
      Ry!.forEach((delta, gate) => {
        const matrices = gate * units * headDim
        addTransposedProduct(inputs.R.subarray(matrices), delta, carried[0]!, headDim)
        addOuterProduct(dR.subarray(matrices), delta, h, headDim)
      })
    }
  }
  return { dWx, dR, db, dInitialStates }
}

/** Values of a step by `kind name`. */
type StepValues = Map<string, Float64Array>

/** Looks up what enters a step: views of the tensors, and the recurrent products, computed anew for each step. */
function stepReader(
  cell: RecurrentCell,
  { batch, time, heads, headDim }: RecurrentSizes,
  { Wx, R, b, initialStates }: RecurrentInputs,
  states: Float64Array,
): { enter(sequence: number, t: number): StepValues } {
  const units = heads * headDim
  const zeros = new Float64Array(units)
  const products = cell.recurrentGates.map(() => new Float64Array(units))
  return {
    enter(sequence, t) {
      const values: StepValues = new Map()
      cell.inputGates.forEach((name, gate) => {
        values.set(`Wx ${name}`, row(Wx, (sequence * time + t) * cell.inputGates.length + gate, units))
      })
      cell.biasGates.forEach((name, gate) => values.set(`b ${name}`, row(b, gate, units)))
      cell.states.forEach((name, index) => {
        const initial = initialStates === undefined ? zeros : row(initialStates, index * batch + sequence, units)
        values.set(`state ${name}`, t === 0 ? initial : row(states, (index * batch + sequence) * time + t - 1, units))
      })
      const h = values.get(`state ${cell.states[0]!}`)!
      cell.recurrentGates.forEach((name, gate) => {
        multiply(R.subarray(gate * units * headDim), h, products[gate]!, headDim)
        values.set(`Ry ${name}`, products[gate]!)
      })
      return values
    },
  }
}

/** out[n,d] = Σ_p R[n,d,p] h[n,p]: the sum runs over the last axis of R. */
function multiply(R: Float64Array, h: Float64Array, out: Float64Array, headDim: number): void {
  for (let unit = 0; unit < out.length; unit++) {
    const head = unit - (unit % headDim)
    let sum = 0
    for (let p = 0; p < headDim; p++) sum += R[unit * headDim + p]! * h[head + p]!
    out[unit] = sum
  }
}

/** out[n,p] += Σ_d R[n,d,p] delta[n,d]. */
function addTransposedProduct(R: Float64Array, delta: Float64Array, out: Float64Array, headDim: number): void {
  for (let unit = 0; unit < out.length; unit++) {
    const head = unit - (unit % headDim)
    for (let p = 0; p < headDim; p++) out[head + p]! += R[unit * headDim + p]! * delta[unit]!
  }
}

/** dR[n,d,p] += delta[n,d] h[n,p]. */
function addOuterProduct(dR: Float64Array, delta: Float64Array, h: Float64Array, headDim: number): void {
  for (let unit = 0; unit < h.length; unit++) {
    const head = unit - (unit % headDim)
    for (let p = 0; p < headDim; p++) dR[unit * headDim + p]! += delta[unit]! * h[head + p]!
  }
}

function addTo(sum: Float64Array, value: Float64Array): void {
  for (let unit = 0; unit < sum.length; unit++) sum[unit]! += value[unit]!
}

function row(tensor: Float64Array, index: number, units: number): Float64Array {
  return tensor.subarray(index * units, (index + 1) * units)
}

function gather(program: Program, values: StepValues): Float64Array[] {
  return program.leaves.map(({ kind, name }: Leaf) => values.get(`${kind} ${name}`)!)
}

/** The list in consecutive parts, one for each list of names. */
function cut<T>(values: readonly T[], parts: readonly (readonly string[])[]): T[][] {
  let start = 0
  return parts.map((names) => values.slice(start, (start += names.length)))
}

function shapeOfStates(cell: RecurrentCell, sizes: RecurrentSizes): [string, number][] {
  const { batch, time, heads, headDim } = sizes
  return [
    ['states', cell.states.length],
    ['batch', batch],
    ['time', time],
    ['heads', heads],
    ['head dim', headDim],
  ]
}

function checkInputs(cell: RecurrentCell, sizes: RecurrentSizes, inputs: RecurrentInputs): void {
  checkSizes(cell.name, { ...sizes })
  const [states, batch, time, heads, headDim] = shapeOfStates(cell, sizes) as [
    [string, number],
    [string, number],
    [string, number],
    [string, number],
    [string, number],
  ]
  checkLength(cell.name, 'Wx', inputs.Wx, [batch, time, ['gates', cell.inputGates.length], heads, headDim])
  checkLength(cell.name, 'R', inputs.R, [['gates', cell.recurrentGates.length], heads, headDim, headDim])
  checkLength(cell.name, 'b', inputs.b, [['gates', cell.biasGates.length], heads, headDim])
  if (inputs.initialStates !== undefined) {
    checkLength(cell.name, 'initialStates', inputs.initialStates, [states, batch, heads, headDim])
  }
}

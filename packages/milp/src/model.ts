import { ModelError } from './errors.ts'
import {
  controlCharacter,
  crossedBounds,
  declaredTwice,
  fractionalBound,
  longName,
  notFinite,
  unknownVariable,
  wrongBound,
} from './messages.ts'

/** Coefficient and variable. A variable may stand in a sum several times: the coefficients are added. */
export type Term = readonly [coefficient: number, variable: string]

export type Relation = '<=' | '>=' | '='

export interface Variable {
  readonly name: string
  /** `-Infinity` where there is none. */
  readonly lower: number
  /** `Infinity` where there is none. */
  readonly upper: number
  readonly integer: boolean
}

/** `sum relation side`; each variable at most once in the sum. */
export interface Row {
  readonly name: string
  readonly terms: readonly Term[]
  readonly relation: Relation
  readonly side: number
}

/** A linear model that has been checked: finite numbers, known names, integer bounds of integer variables. */
export interface LinearModel {
  readonly name: string
  readonly direction: 'minimise' | 'maximise'
  readonly objective: readonly Term[]
  readonly variables: readonly Variable[]
  readonly rows: readonly Row[]
}

/** Bounds are 0 and none where they are left out. */
export interface VariableOptions {
  readonly lower?: number
  readonly upper?: number
  readonly integer?: boolean
}

/**
 * Builds a linear model, and refuses with `E_MODEL` at once what GLPK takes silently and answers wrongly: names that
 * were never declared, NaN, crossed bounds, fractional bounds of integers; and names on which it aborts.
 *
 * @example
 * const model = new ModelBuilder('knapsack')
 *   .variable('a', { upper: 3, integer: true })
 *   .binary('b')
 *   .row('weight', [[2, 'a'], [3, 'b']], '<=', 7)
 *   .maximise([[5, 'a'], [4, 'b']])
 */
export class ModelBuilder {
  readonly #name: string
  readonly #variables: Map<string, Variable> = new Map()
  readonly #rows: Map<string, Row> = new Map()

  constructor(name: string) {
    checkName('model', name)
    this.#name = name
  }

  variable(name: string, options: VariableOptions = {}): this {
    const { lower = 0, upper = Infinity, integer = false } = options
    checkName(this.#name, name)
    if (this.#variables.has(name)) throw new ModelError('E_MODEL', declaredTwice(this.#name, 'variable', name))
    checkBounds(`${this.#name}: ${name}`, { name, lower, upper, integer })
    this.#variables.set(name, { name, lower, upper, integer })
    return this
  }

  /** An integer variable that is 0 or 1. */
  binary(name: string): this {
    return this.variable(name, { lower: 0, upper: 1, integer: true })
  }

  row(name: string, terms: readonly Term[], relation: Relation, side: number): this {
    checkName(this.#name, name)
    const place = `${this.#name}: row ${name}`
    if (this.#rows.has(name)) throw new ModelError('E_MODEL', declaredTwice(this.#name, 'row', name))
    if (!Number.isFinite(side)) throw new ModelError('E_MODEL', notFinite(place, 'the right side', side))
    this.#rows.set(name, { name, terms: this.#merged(place, terms), relation, side })
    return this
  }

  minimise(terms: readonly Term[]): LinearModel {
    return this.#built('minimise', terms)
  }

  maximise(terms: readonly Term[]): LinearModel {
    return this.#built('maximise', terms)
  }

  #built(direction: LinearModel['direction'], terms: readonly Term[]): LinearModel {
    return {
      name: this.#name,
      direction,
      objective: this.#merged(`${this.#name}: objective`, terms),
      variables: [...this.#variables.values()],
      rows: [...this.#rows.values()],
    }
  }

  // A variable that stands twice in one row aborts GLPK's WebAssembly module, so equal names become one term.
  #merged(place: string, terms: readonly Term[]): readonly Term[] {
    const sums = new Map<string, number>()
    for (const [coefficient, name] of terms) {
      if (!this.#variables.has(name)) throw new ModelError('E_MODEL', unknownVariable(place, name))
      const sum = (sums.get(name) ?? 0) + coefficient
      if (!Number.isFinite(sum)) throw new ModelError('E_MODEL', notFinite(place, `the coefficient of ${name}`, sum))
      sums.set(name, sum)
    }
    return [...sums].map(([name, coefficient]) => [coefficient, name])
  }
}

// glp_set_col_name, glp_set_row_name and glp_set_prob_name: at most 255 bytes and no control character (ASCII's; the
// bytes of others are above 127), or the module aborts.
function checkName(place: string, name: string): void {
  const bytes = Buffer.byteLength(name)
  if (bytes > 255) throw new ModelError('E_MODEL', longName(place, name, bytes))
  if ([...name].some((character) => character < ' ' || character === '\x7f'))
    throw new ModelError('E_MODEL', controlCharacter(place, name))
}

function checkBounds(place: string, { lower, upper, integer }: Variable): void {
  if (Number.isNaN(lower) || lower === Infinity) throw new ModelError('E_MODEL', wrongBound(place, 'lower', lower))
  if (Number.isNaN(upper) || upper === -Infinity) throw new ModelError('E_MODEL', wrongBound(place, 'upper', upper))
  if (lower > upper) throw new ModelError('E_MODEL', crossedBounds(place, lower, upper))
  if (!integer) return
  if (Number.isFinite(lower) && !Number.isInteger(lower))
    throw new ModelError('E_MODEL', fractionalBound(place, 'lower', lower))
  if (Number.isFinite(upper) && !Number.isInteger(upper))
    throw new ModelError('E_MODEL', fractionalBound(place, 'upper', upper))
}

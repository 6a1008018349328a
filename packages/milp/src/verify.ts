import { ModelError } from './errors.ts'
import { boundBroken, notIntegral, objectiveDiffers, rowBroken } from './messages.ts'
import type { LinearModel, Row, Term, Variable } from './model.ts'

// GLPK's own tolerances: 1e-7 for rows and bounds, 1e-5 for integrality (glpk manual, glp_smcp.tol_bnd, glp_iocp.tol_int).
const ROW_TOLERANCE = 1e-6
const INTEGER_TOLERANCE = 1e-5

/** Values of a model's variables that were substituted into every bound and row, and their objective. */
export interface Verified {
  readonly objective: number
  readonly values: Readonly<Record<string, number>>
}

/**
 * The values, integers made integers, after they were substituted into the model. Rows of integers alone have to hold
 * exactly, others within GLPK's tolerance. Throws `E_MISMATCH` where one does not, or where the objective is not what
 * GLPK says.
 */
export function verified(
  model: LinearModel,
  answer: { readonly vars: Readonly<Record<string, number>>; readonly z: number },
): Verified {
  const entries = model.variables.map((variable) => [variable.name, valueOf(model, variable, answer.vars)] as const)
  const values = new Map(entries)
  const integers = new Set(model.variables.filter(({ integer }) => integer).map(({ name }) => name))
  for (const row of model.rows) checkRow(`${model.name}: row ${row.name}`, row, values, integers)
  const objective = sum(model.objective, values)
  const scale = 1 + magnitude(model.objective, values)
  if (Math.abs(objective - answer.z) > ROW_TOLERANCE * scale)
    throw new ModelError('E_MISMATCH', objectiveDiffers(model.name, answer.z, objective))
  return { objective, values: Object.fromEntries(entries) }
}

function valueOf(model: LinearModel, variable: Variable, vars: Readonly<Record<string, number>>): number {
  const place = `${model.name}: ${variable.name}`
  // A variable that stands in no row and not in the objective is not in GLPK's model at all.
  const raw = vars[variable.name] ?? Math.min(Math.max(0, variable.lower), variable.upper)
  const value = variable.integer ? Math.round(raw) + 0 : raw
  if (variable.integer && !(Math.abs(raw - value) <= INTEGER_TOLERANCE))
    throw new ModelError('E_MISMATCH', notIntegral(place, raw))
  const slack = variable.integer ? 0 : ROW_TOLERANCE * (1 + Math.abs(value))
  if (!(value >= variable.lower - slack && value <= variable.upper + slack))
    throw new ModelError('E_MISMATCH', boundBroken(place, value, variable.lower, variable.upper))
  return value
}

function checkRow(place: string, row: Row, values: ReadonlyMap<string, number>, integers: ReadonlySet<string>): void {
  const value = sum(row.terms, values)
  const size = magnitude(row.terms, values)
  const exact =
    Number.isInteger(row.side) &&
    size <= Number.MAX_SAFE_INTEGER &&
    row.terms.every(([coefficient, name]) => Number.isInteger(coefficient) && integers.has(name))
  const slack = exact ? 0 : ROW_TOLERANCE * (1 + size + Math.abs(row.side))
  const least = row.relation === '<=' ? -Infinity : row.side - slack
  const most = row.relation === '>=' ? Infinity : row.side + slack
  if (!(value >= least && value <= most))
    throw new ModelError('E_MISMATCH', rowBroken(place, value, row.relation, row.side))
}

function sum(terms: readonly Term[], values: ReadonlyMap<string, number>): number {
  return terms.reduce((total, [coefficient, name]) => total + coefficient * values.get(name)!, 0)
}

function magnitude(terms: readonly Term[], values: ReadonlyMap<string, number>): number {
  return terms.reduce((total, [coefficient, name]) => total + Math.abs(coefficient * values.get(name)!), 0)
}

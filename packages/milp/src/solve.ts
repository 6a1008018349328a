import type { GLPK } from 'glpk.js/node'
import { glpkModel, isAbort, withGlpk } from './glpk.ts'
import type { LinearModel } from './model.ts'
import { verified } from './verify.ts'
import type { Verified } from './verify.ts'

/**
 * What GLPK found, in floating point: `optimal` is proven to its tolerances and substituted into the model, `feasible`
 * is substituted but without proof (the limit came first), and `unknown` is anything that GLPK does not commit to.
 */
export type Solution =
  | ({ readonly status: 'optimal' } & Verified)
  | ({ readonly status: 'feasible' } & Verified)
  | { readonly status: 'infeasible' }
  | { readonly status: 'unbounded' }
  | { readonly status: 'unknown'; readonly reason: string }

export interface SolveOptions {
  /** Whole seconds; none where it is left out. Up to four runs of GLPK keep it each. */
  readonly limitSeconds?: number
}

/**
 * Solves the model. Throws `E_MISMATCH` when an answer of GLPK does not hold on substitution; a module that aborts is
 * `unknown`, and the next call works again.
 */
export async function solve(model: LinearModel, options: SolveOptions = {}): Promise<Solution> {
  try {
    return await withGlpk((glpk) => solved(glpk, model, options))
  } catch (cause) {
    if (isAbort(cause)) return { status: 'unknown', reason: `GLPK aborted: ${cause.message}` }
    throw cause
  }
}

function solved(glpk: GLPK, model: LinearModel, options: SolveOptions): Solution {
  // GLPK aborts on a model without variables. Every sum is 0 then.
  if (model.variables.length === 0) return solvedEmpty(model)
  const isInteger = model.variables.some(({ integer }) => integer)
  return isInteger ? solvedIntegers(glpk, model, options) : solvedReals(glpk, model, options)
}

function solvedEmpty(model: LinearModel): Solution {
  const holds = model.rows.every(({ relation, side }) =>
    relation === '<=' ? side >= 0 : relation === '>=' ? side <= 0 : side === 0,
  )
  return holds ? { status: 'optimal', ...verified(model, { z: 0, vars: {} }) } : { status: 'infeasible' }
}

// GLPK's presolver is needed where there are integers and harmful where there are none: without it an infeasible integer
// model is `undefined`, with it an infeasible or unbounded linear model is. Integer models that stay undefined are
// told apart by their relaxation.
function solvedIntegers(glpk: GLPK, model: LinearModel, options: SolveOptions): Solution {
  const answer = run(glpk, model, options, true)
  if (answer.status === glpk.GLP_OPT) return { status: 'optimal', ...verified(model, answer) }
  if (answer.status === glpk.GLP_FEAS) return { status: 'feasible', ...verified(model, answer) }
  if (answer.status === glpk.GLP_NOFEAS) return { status: 'infeasible' }
  const relaxed = solvedReals(glpk, relaxation(model), options)
  if (relaxed.status === 'infeasible') return relaxed
  if (relaxed.status !== 'unbounded') return { status: 'unknown', reason: `GLPK's status is ${answer.status}` }
  // An unbounded relaxation says that the model is unbounded if it has any point at all (coefficients are rational).
  const point = run(glpk, { ...model, objective: [] }, options, true)
  if (point.status === glpk.GLP_NOFEAS) return { status: 'infeasible' }
  if (point.status !== glpk.GLP_OPT)
    return { status: 'unknown', reason: 'only the relaxation is known to be unbounded' }
  verified({ ...model, objective: [] }, point)
  return { status: 'unbounded' }
}

function solvedReals(glpk: GLPK, model: LinearModel, options: SolveOptions): Solution {
  const plain = run(glpk, model, options, false)
  const answer = plain.status === glpk.GLP_UNDEF ? run(glpk, model, options, true) : plain
  if (answer.status === glpk.GLP_OPT) return { status: 'optimal', ...verified(model, answer) }
  if (answer.status === glpk.GLP_FEAS) return { status: 'feasible', ...verified(model, answer) }
  if (answer.status === glpk.GLP_NOFEAS) return { status: 'infeasible' }
  if (answer.status === glpk.GLP_UNBND) return { status: 'unbounded' }
  return { status: 'unknown', reason: `GLPK's status is ${answer.status}` }
}

interface Answer {
  readonly status: number
  readonly z: number
  readonly vars: Readonly<Record<string, number>>
}

function run(glpk: GLPK, model: LinearModel, options: SolveOptions, presol: boolean): Answer {
  const limit = options.limitSeconds === undefined ? {} : { tmlim: options.limitSeconds }
  return glpk.solve(glpkModel(glpk, model), { msglev: glpk.GLP_MSG_OFF, presol, ...limit }).result
}

function relaxation(model: LinearModel): LinearModel {
  return { ...model, variables: model.variables.map((variable) => ({ ...variable, integer: false })) }
}

import createGlpk from 'glpk.js/node'
import type { GLPK, LP } from 'glpk.js/node'
import type { LinearModel, Row, Variable } from './model.ts'

// The default entry of glpk.js is the browser's and throws `Worker is not defined` in Node; hence `/node`.
let instance: Promise<GLPK> | undefined

/**
 * Calls `run` with GLPK, which is started once (10 to 40 ms). When the WebAssembly module aborts, the instance is
 * dropped, since its memory is in an unknown state: the next call starts a fresh one. The abort itself is rethrown.
 */
export async function withGlpk<T>(run: (glpk: GLPK) => T): Promise<T> {
  instance ??= createGlpk()
  const glpk = await instance
  try {
    return run(glpk)
  } catch (cause) {
    if (isAbort(cause)) instance = undefined
    throw cause
  }
}

/** Whether the WebAssembly module gave up. The class is the DOM's in TypeScript, hence its name. */
export function isAbort(cause: unknown): cause is Error {
  return cause instanceof Error && cause.name === 'RuntimeError'
}

/** The model as GLPK takes it. */
export function glpkModel(glpk: GLPK, model: LinearModel): LP {
  return {
    name: model.name,
    objective: {
      direction: model.direction === 'minimise' ? glpk.GLP_MIN : glpk.GLP_MAX,
      name: 'objective',
      vars: terms(model.objective),
    },
    subjectTo: model.rows.map((row) => ({ name: row.name, vars: terms(row.terms), bnds: rowBounds(glpk, row) })),
    bounds: model.variables.map((variable) => ({ name: variable.name, ...variableBounds(glpk, variable) })),
    generals: model.variables.filter(({ integer }) => integer).map(({ name }) => name),
  }
}

function terms(sum: Row['terms']): { name: string; coef: number }[] {
  return sum.map(([coef, name]) => ({ name, coef }))
}

function rowBounds(glpk: GLPK, { relation, side }: Row): { type: number; lb: number; ub: number } {
  const type = relation === '<=' ? glpk.GLP_UP : relation === '>=' ? glpk.GLP_LO : glpk.GLP_FX
  return { type, lb: side, ub: side }
}

function variableBounds(glpk: GLPK, { lower, upper }: Variable): { type: number; lb: number; ub: number } {
  const lb = Number.isFinite(lower) ? lower : 0
  const ub = Number.isFinite(upper) ? upper : 0
  if (lower === upper) return { type: glpk.GLP_FX, lb, ub }
  if (lower === -Infinity) return { type: upper === Infinity ? glpk.GLP_FR : glpk.GLP_UP, lb, ub }
  return { type: upper === Infinity ? glpk.GLP_LO : glpk.GLP_DB, lb, ub }
}

import type { PrintedExpressions, Target } from '../index.ts'

// What both targets provide, in float64.
const PRELUDE = {
  abs: Math.abs,
  exp: Math.exp,
  log: Math.log,
  max: Math.max,
  min: Math.min,
  select: (whenFalse: number, whenTrue: number, condition: boolean) => (condition ? whenTrue : whenFalse),
  sign: Math.sign,
  sqrt: Math.sqrt,
  expf: Math.exp,
  exp2_approximate: (x: number) => 2 ** x,
  fabsf: Math.abs,
  fmaf: (x: number, y: number, z: number) => x * y + z,
  fmaxf: Math.max,
  fminf: Math.min,
  log1pf: Math.log1p,
  logf: Math.log,
  reciprocal_approximate: (x: number) => 1 / x,
  sqrtf: Math.sqrt,
  tanhf: Math.tanh,
  // A type of values: what makes a value of a literal.
  Value: (x: number) => x,
}

// The printed helpers, as the interpreter computes them.
const EXACT_HELPERS = `
  function sigmoid(x) { const e = Math.exp(-Math.abs(x)); return (x >= 0 ? 1 : e) / (1 + e) }
  function stable_tanh(x) { return Math.tanh(x) }
  function log_sigmoid(x) { return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))) }
  function softplus(x) { return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) }`

/**
 * Runs printed lines as JavaScript, in float64: types and suffixes of literals are taken away, all else stays, so names,
 * brackets and the order of lines are what is tested. The helpers are exact ones, so the results are the interpreter's
 * to the last bit.
 */
export function runLines(
  printed: PrintedExpressions,
  target: Target,
  variables: Readonly<Record<string, number>>,
): Record<string, number> {
  return run({ ...printed, functions: [] }, target, variables, EXACT_HELPERS)
}

/**
 * A printed expression of one variable, callable, with the helpers as they are printed; with other functions in the place
 * of those that the target provides, where given.
 */
export function callable(
  printed: PrintedExpressions,
  target: Target,
  variable: string,
  provided: Readonly<Record<string, (x: number) => number>> = {},
): (x: number) => number {
  return (x) => Object.values(run(printed, target, { [variable]: x }, '', { ...PRELUDE, ...provided }))[0]!
}

function run(
  printed: PrintedExpressions,
  target: Target,
  variables: Readonly<Record<string, number>>,
  helpers: string,
  prelude: Readonly<Record<string, unknown>> = PRELUDE,
): Record<string, number> {
  const results = Object.entries(printed.results).map(([key, code]) => `${JSON.stringify(key)}: ${code}`)
  const code = [...printed.functions, ...printed.lines, `return { ${results.join(', ')} }`].join('\n')
  const names = [...Object.keys(prelude), ...Object.keys(variables)]
  // oxlint-disable-next-line no-new-func -- the code was printed by this package
  const compiled = new Function(
    ...names,
    `'use strict'\n${helpers}\n${target === 'cuda' ? fromCuda(code) : fromWgsl(code)}`,
  )
  return compiled(...Object.values(prelude), ...Object.values(variables)) as Record<string, number>
}

function fromCuda(code: string): string {
  return code
    .replace(/__device__ __forceinline__ float \w+_approximate\(float x\) \{[^}]*\}/g, '')
    .replace(/__device__ __forceinline__ float (\w+)\(float x\)/g, 'function $1(x)')
    .replace(/const (float|bool) /g, 'const ')
    .replace(/(\d\.\d*(?:e[-+]?\d+)?|\de[-+]?\d+)f\b/g, '$1')
}

function fromWgsl(code: string): string {
  return code.replace(/fn (\w+)\((\w+): \w+\) -> \w+/g, 'function $1($2)').replace(/\blet /g, 'const ')
}

import { ModelError } from './errors.ts'
import { raggedTimes, wrongMost, wrongTime } from './messages.ts'
import { ModelBuilder } from './model.ts'
import type { LinearModel, Term } from './model.ts'
import { solve } from './solve.ts'
import type { SolveOptions } from './solve.ts'

/** `times[configuration][problem]`, in any one unit; `Infinity` where the configuration does not run the problem. */
export type Times = readonly (readonly number[])[]

/** Configurations and problems are their indices in `times`. A slowdown is a time over the problem's best time. */
export type Portfolio =
  | {
      /** `feasible`: the time limit came before the proof. */
      readonly status: 'optimal' | 'feasible'
      readonly chosen: readonly number[]
      /** For each problem the chosen configuration that is fastest on it. */
      readonly servedBy: readonly number[]
      readonly slowdowns: readonly number[]
      readonly totalSlowdown: number
    }
  | {
      readonly status: 'infeasible'
      /** Problems that no configuration runs at all; empty where each has one, but `most` are too few. */
      readonly unserved: readonly number[]
    }
  | { readonly status: 'unknown'; readonly reason: string }

/**
 * The at most `most` configurations with the least total slowdown, when every problem is served by the fastest of them
 * (the p-median). Proven optimal by GLPK to its tolerance of 1e-6 and recomputed from the times. Throws `E_MODEL` for
 * times that are not above 0.
 *
 * @example
 * await choosePortfolio([[1, 4], [2, 2], [4, 1]], 2) // chosen [0, 2], total slowdown 2
 */
export async function choosePortfolio(times: Times, most: number, options: SolveOptions = {}): Promise<Portfolio> {
  checkTimes(times, most)
  const slowdowns = slowdownsOf(times)
  const problems = times[0]?.length ?? 0
  const unserved = indices(problems).filter((p) => times.every((row) => row[p] === Infinity))
  if (unserved.length > 0) return { status: 'infeasible', unserved }
  if (problems === 0) return { status: 'optimal', chosen: [], servedBy: [], slowdowns: [], totalSlowdown: 0 }
  const candidates = undominated(slowdowns)
  const solution = await solve(portfolioModel(slowdowns, candidates, most), options)
  if (solution.status === 'infeasible') return { status: 'infeasible', unserved: [] }
  if (solution.status === 'unknown') return solution
  // Bounded below by one for each problem, so this is a promise to the type checker only.
  if (solution.status === 'unbounded') return { status: 'unknown', reason: 'GLPK calls a bounded model unbounded' }
  const chosen = candidates.filter((c) => solution.values[useName(c)] === 1)
  return { status: solution.status, ...served(slowdowns, chosen) }
}

// The strong form: one row for each (configuration, problem) instead of one for each configuration. Its relaxation is
// nearly always integral, which GLPK's branch and bound needs more than it needs few rows. Serving is continuous:
// with the choice fixed, the best serving is a whole one.
function portfolioModel(slowdowns: Times, candidates: readonly number[], most: number): LinearModel {
  const builder = new ModelBuilder('portfolio')
  for (const c of candidates) builder.binary(useName(c))
  builder.row(
    'at most',
    candidates.map((c): Term => [1, useName(c)]),
    '<=',
    most,
  )
  const objective: Term[] = []
  for (const p of indices(slowdowns[0]!.length)) {
    const serving: Term[] = []
    for (const c of candidates.filter((candidate) => slowdowns[candidate]![p] !== Infinity)) {
      const name = `serve ${c} ${p}`
      builder.variable(name, { upper: 1 })
      builder.row(`serves if used ${c} ${p}`, [[1, name], [-1, useName(c)]], '<=', 0) // prettier-ignore
      serving.push([1, name])
      objective.push([slowdowns[c]![p]!, name])
    }
    builder.row(`served ${p}`, serving, '=', 1)
  }
  return builder.minimise(objective)
}

function useName(configuration: number): string {
  return `use ${configuration}`
}

/** Configurations that no other beats or equals on every problem; of equal ones the first. */
function undominated(slowdowns: Times): readonly number[] {
  const all = indices(slowdowns.length)
  return all.filter((c) => !all.some((d) => d !== c && dominates(slowdowns[d]!, slowdowns[c]!, d < c)))
}

function dominates(one: readonly number[], other: readonly number[], winsTies: boolean): boolean {
  const isNoSlower = one.every((slowdown, p) => slowdown <= other[p]!)
  return isNoSlower && (winsTies || one.some((slowdown, p) => slowdown < other[p]!))
}

function served(
  slowdowns: Times,
  chosen: readonly number[],
): Omit<Extract<Portfolio, { status: 'optimal' | 'feasible' }>, 'status'> {
  const servedBy = indices(slowdowns[0]!.length).map((p) =>
    chosen.reduce((best, c) => (slowdowns[c]![p]! < slowdowns[best]![p]! ? c : best)),
  )
  const reached = servedBy.map((c, p) => slowdowns[c]![p]!)
  // A choice that costs nothing and serves nothing is legal in the model, but nobody wants to ship it.
  const used = chosen.filter((c) => servedBy.includes(c))
  return { chosen: used, servedBy, slowdowns: reached, totalSlowdown: reached.reduce((a, b) => a + b, 0) }
}

function slowdownsOf(times: Times): Times {
  const best = (times[0] ?? []).map((_, p) => Math.min(...times.map((row) => row[p]!)))
  return times.map((row) => row.map((time, p) => (time === Infinity ? Infinity : time / best[p]!)))
}

function checkTimes(times: Times, most: number): void {
  if (!Number.isSafeInteger(most) || most < 1) throw new ModelError('E_MODEL', wrongMost(most))
  const wanted = times[0]?.length ?? 0
  times.forEach((row, c) => {
    if (row.length !== wanted) throw new ModelError('E_MODEL', raggedTimes(c, row.length, wanted))
    row.forEach((time, p) => {
      if (!(time > 0)) throw new ModelError('E_MODEL', wrongTime(c, p, time))
    })
  })
}

function indices(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i)
}

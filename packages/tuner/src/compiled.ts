import { rulesOf, type Configuration } from '@tilewright/kernels'
import { evaluate, type Space } from '@tilewright/solver'
import type { CompilerReport } from './backend.ts'
import { checked, failed, loaded, type Bench, type Ready } from './bench.ts'
import { worstOf } from './comparison.ts'
import { released } from './guard.ts'
import { spills, tooManyRegisters } from './messages.ts'
import type { Candidate, Trial } from './trial.ts'

/** What compiling gave: the trial, and the kernel itself where it is worth running. */
export interface Compiled {
  readonly trial: Trial
  readonly ready?: Ready
}

/** Compiles one configuration and holds the compiler's report against the rules; its outputs are not compared yet. */
export async function compiled(bench: Bench, space: Space, candidate: Candidate): Promise<Compiled> {
  const ready = await loaded(bench, candidate.config)
  if ('reason' in ready) return { trial: { ...candidate, ...failed(ready) } }
  const { compileMs, report } = ready.loaded
  const base = { ...candidate, compileMs, ...(report ? { report } : {}) }
  const refusal = judged(bench, space, { config: candidate.config, report })
  if (!refusal) return { trial: { ...base, status: 'correct', reason: 'unchecked' }, ready }
  released(ready.loaded)
  return { trial: { ...base, ...refusal } }
}

/** Runs a configuration that compiled, on the CPU, and gives the trial that supersedes its first. */
export async function confirmed(bench: Bench, trial: Trial, held: Ready | undefined): Promise<Trial> {
  const { status: _, reason: __, message: ___, ...base } = trial
  const ready = held ?? (await loaded(bench, trial.config))
  if ('reason' in ready) return { ...base, ...failed(ready) }
  try {
    const comparison = await checked(bench, ready)
    if ('status' in comparison) return { ...base, ...failed(comparison) }
    const error = worstOf(comparison.errors)
    const { reason, message } = comparison
    const known = { ...base, ...(error ? { error } : {}) }
    return reason ? { ...known, status: 'correctness', reason, message: message! } : { ...known, status: 'correct' }
  } finally {
    if (!held) released(ready.loaded)
  }
}

/**
 * Compiled without spills first, then the least cost under the model; what has no cost comes last. Trials whose outputs
 * were found wrong are not among them.
 */
export function byModel(trials: readonly Trial[]): readonly Trial[] {
  return trials
    .filter(({ status }) => status === 'correct')
    .toSorted((a, b) => (a.objective ?? Infinity) - (b.objective ?? Infinity) || 0)
}

function judged(
  bench: Bench,
  space: Space,
  { config, report }: { readonly config: Configuration; readonly report: CompilerReport | undefined },
): Pick<Trial, 'status' | 'reason' | 'message'> | undefined {
  if (!report) return undefined
  if (report.spillBytes > 0) return { status: 'compile', reason: 'spills', message: spills(report.spillBytes) }
  const assumed = assumedRegisters(bench, space, config)
  if (assumed !== undefined && report.registers > assumed)
    return { status: 'compile', reason: 'registers', message: tooManyRegisters(report.registers, assumed) }
  return undefined
}

// The rules promise that the blocks they count on are resident at once, and that rests on this many registers.
function assumedRegisters({ id }: Bench, space: Space, config: Configuration): number | undefined {
  const model = rulesOf(id)
  if (!model.lets.some(({ name }) => name === 'REGISTERS')) return undefined
  return evaluate(model, { ...space.givens, ...config }, ['REGISTERS'])['REGISTERS']
}

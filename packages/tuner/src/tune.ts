import { generate, templateHash, VERSION } from '@tilewright/codegen'
import { rulesHash, spaceOf, type Problem } from '@tilewright/kernels'
import { explain, type Space } from '@tilewright/solver'
import { benchOf } from './bench.ts'
import { TunerError } from './errors.ts'
import { LOG_FORMAT, trialsOf, type LogEntry, type LogHeader } from './log.ts'
import { tooManyForExhaustive, unknownStrategy } from './messages.ts'
import { briefProblem, checkingProblem, oracleOf } from './oracle.ts'
import { placed, poolOf, type Pool } from './pool.ts'
import { protocolOf } from './protocol.ts'
import type { Session } from './session.ts'
import { confirm, searchCompiled, searchMeasured, settle } from './search.ts'
import { measurementOf } from './statistics.ts'
import { LARGEST_EXHAUSTIVE } from './strategies/exhaustive.ts'
import { STRATEGIES, strategyNames, type StrategyName } from './strategies/index.ts'
import { keyOf, latestTrials, type Trial } from './trial.ts'
import type { Tuned, TuneRequest, TuneResult } from './tune-types.ts'
import { replay } from './winner.ts'

const USUAL_TRIALS = 16

/**
 * Finds the best configuration that a backend can prove: tries candidates, compares each one's outputs with the float64
 * reference before its duration counts, and settles the best few in a paired final. Where nothing can be timed, the
 * best under the cost model of those that compile without spills and compute the right outputs.
 *
 * What a candidate does wrong is data. Throws `E_PROBLEM` or `E_KERNEL` for a kernel that does not exist, `E_STRATEGY`
 * for a search that cannot be done, and what the log throws.
 *
 * @example
 * const result = await tune({ id, problem, backend, trials: 16, seed: 1, log: logFile('trials.jsonl') })
 * if (result.status === 'tuned') console.log(result.evidence, result.config, result.measurement?.medianNs)
 */
export async function tune(request: TuneRequest): Promise<TuneResult> {
  const { id, problem, backend, log } = request
  const space = spaceOf(id, problem, backend.device)
  const pool = poolOf(space)
  if (pool.count === 0n) return { status: 'infeasible', explanation: explain(space) }
  const strategy = strategyFor(request, pool)
  const header = headerOf(request, { space, pool, strategy })
  const entries: LogEntry[] = [...((await log?.open(header)) ?? [])]
  try {
    return await run(request, { space, pool, header, entries })
  } finally {
    await log?.close()
  }
}

type Opened = Pick<Session, 'space' | 'pool' | 'header' | 'entries'>

async function run(request: TuneRequest, opened: Opened): Promise<TuneResult> {
  const { id, problem, backend, signal, log, onEvent, seed } = request
  const { header, entries, pool } = opened
  const deadline = performance.now() + (request.budgetMs ?? Infinity)
  const checking = problemToCheck(request, header)
  const planned = plannedTrials(request, pool, header.strategy)
  const outcome = (): Pick<Tuned, 'trials' | 'spaceCount' | 'isComplete' | 'checkedSteps'> => {
    const trials = latestTrials(trialsOf(entries))
    const isComplete = BigInt(trials.filter(({ status }) => status !== 'constraints').length) >= pool.count
    return { trials, spaceCount: pool.count, isComplete, checkedSteps: checking.time }
  }
  try {
    signal?.throwIfAborted()
    onEvent?.({ type: 'space', count: pool.count, planned, resumed: latestTrials(trialsOf(entries)).length })
    if (checking !== problem) onEvent?.({ type: 'checking', problem: checking })
    const oracle = oracleOf({ id, problem: checking, seed })
    const bench = benchOf({ id, problem, backend, protocol: header.protocol, oracle, signal })
    const session: Session = {
      ...opened,
      request,
      bench,
      planned,
      deadline,
      async record(entry) {
        entries.push(entry)
        await log?.append(entry)
      },
    }
    if (backend.evidence === 'compiled') await confirm(session, await searchCompiled(session))
    else {
      await searchMeasured(session)
      await settle(session)
    }
  } catch (error) {
    if (!signal?.aborted) throw error
    const best = replay({ header, entries: entries.filter(({ type }) => type === 'trial') })?.trial
    return { status: 'interrupted', ...(best ? { best } : {}), ...outcome() }
  }
  const winner = replay({ header, entries })
  if (!winner) return { status: 'failed', ...outcome() }
  return { ...tuned(request, winner.trial), ...(winner.final ? { final: winner.final } : {}), ...outcome() }
}

function tuned(
  { id, problem, backend }: TuneRequest,
  trial: Trial,
): Omit<Tuned, 'trials' | 'spaceCount' | 'isComplete' | 'checkedSteps'> {
  const { config, timing, objective, error } = trial
  return {
    status: 'tuned',
    config,
    kernel: generate({ ...id, problem, config, device: backend.device }),
    evidence: backend.evidence,
    ...(timing ? { measurement: measurementOf(timing) } : {}),
    ...(objective === undefined ? {} : { objective }),
    error: error!,
    trial,
  }
}

function strategyFor({ strategy, backend }: TuneRequest, pool: Pool): StrategyName {
  const name = strategy ?? (backend.evidence === 'measured' ? 'spread' : 'model')
  // The type says so, a command line does not.
  if (!(name in STRATEGIES)) throw new TunerError('E_STRATEGY', unknownStrategy(name, strategyNames()))
  if (name === 'exhaustive' && pool.count > BigInt(LARGEST_EXHAUSTIVE))
    throw new TunerError('E_STRATEGY', tooManyForExhaustive(pool.count, LARGEST_EXHAUSTIVE))
  return name
}

function headerOf(
  { id, problem, backend, seed, protocol, incumbent }: TuneRequest,
  { space, pool, strategy }: { readonly space: Space; readonly pool: Pool; readonly strategy: StrategyName },
): LogHeader {
  const { kernel, pass, target } = id
  return {
    format: LOG_FORMAT,
    tool: `tilewright ${VERSION}`,
    backend: backend.name,
    evidence: backend.evidence,
    device: backend.device,
    fingerprint: backend.fingerprint,
    rulesSha256: rulesHash(id),
    templateSha256: templateHash(id),
    kernel: { kernel, pass, target },
    problem,
    seed,
    strategy,
    protocol: protocol ?? protocolOf(backend.device),
    ...(pool.ranked[0] ? { first: pool.ranked[0] } : {}),
    ...(incumbent ? { incumbent: placed(incumbent, pool, space).candidate } : {}),
  }
}

function problemToCheck({ id, problem, backend }: TuneRequest, { protocol }: LogHeader): Problem {
  return backend.evidence === 'compiled'
    ? briefProblem(id, problem)
    : checkingProblem(id, problem, protocol.checkOperations)
}

function plannedTrials({ trials = USUAL_TRIALS, incumbent }: TuneRequest, pool: Pool, strategy: StrategyName): number {
  // An incumbent from outside the ranking is tried on top of what the ranking holds.
  const outside = incumbent && !pool.ranked.some(({ config }) => keyOf(config) === keyOf(incumbent)) ? 1 : 0
  const most = pool.ranked.length + outside
  return strategy === 'exhaustive' ? most : Math.min(trials, most)
}

import { byModel, compiled, confirmed } from './compiled.ts'
import { checkedWhole, loaded, type Ready } from './bench.ts'
import { contendersOf, playFinal } from './final.ts'
import { released } from './guard.ts'
import { finalOf, trialsOf } from './log.ts'
import { bestMedian, measure } from './measured.ts'
import { rulesBroken } from './messages.ts'
import { placed } from './pool.ts'
import { randomOf } from './random.ts'
import type { Session } from './session.ts'
import { STRATEGIES } from './strategies/index.ts'
import { keyOf, latestTrials, type Candidate, type Trial } from './trial.ts'
import { replay } from './winner.ts'

// Of a budget that bounds trials and final together, the final's part.
const FINAL_SHARE = 0.3

/** Tries candidates one after the other until as many as planned were tried, the budget is spent or nothing is left. */
export async function searchMeasured(session: Session): Promise<void> {
  const { bench, planned } = session
  const end = session.deadline - finalBudget(session)
  for (let tried = trialsSoFar(session).length; tried < planned; tried++) {
    const reason = reasonToStop(session, end)
    if (reason) return session.request.onEvent?.({ type: 'stopped', reason })
    const candidate = propose(session, new Set())
    if (!candidate) return
    const refusal = refused(session, candidate)
    const trial = refusal ?? (await measure(bench, candidate, bestMedian(trialsSoFar(session))))
    await recordTrial(session, trial)
  }
}

/** Compiles candidates, a few side by side, and gives those that may be run: released by `confirm`. */
export async function searchCompiled(session: Session): Promise<ReadonlyMap<string, Ready>> {
  const { bench, planned, space } = session
  const held = new Map<string, Ready>()
  const pending = new Set<string>()
  const worker = async (): Promise<void> => {
    while (trialsSoFar(session).length + pending.size < planned && !reasonToStop(session, session.deadline)) {
      const candidate = propose(session, pending)
      if (!candidate) return
      const key = keyOf(candidate.config)
      pending.add(key)
      const refusal = refused(session, candidate)
      const { trial, ready } = refusal ? { trial: refusal } : await compiled(bench, space, candidate)
      if (ready) held.set(key, ready)
      pending.delete(key)
      await recordTrial(session, trial)
    }
  }
  try {
    await Promise.all(Array.from({ length: bench.protocol.compileJobs }, worker))
    const reason = trialsSoFar(session).length < planned && reasonToStop(session, session.deadline)
    if (reason) session.request.onEvent?.({ type: 'stopped', reason })
  } catch (error) {
    releaseAll(held)
    throw error
  }
  return held
}

/** Runs the best under the model of those that compiled, and the next best where that one is wrong. */
export async function confirm(session: Session, held: ReadonlyMap<string, Ready>): Promise<void> {
  try {
    for (;;) {
      const best = byModel(trialsSoFar(session))[0]
      if (best?.reason !== 'unchecked') return
      await recordTrial(session, await confirmed(session.bench, best, held.get(keyOf(best.config))))
    }
  } finally {
    releaseAll(held)
  }
}

/**
 * Plays the final and checks the winner's outputs once more; one that is wrong by then is out and the next is checked.
 * A final that the log holds already stands while no trial came after it.
 */
export async function settle(session: Session): Promise<void> {
  const { bench, header, request, entries } = session
  if (finalOf(entries)?.isLast) return
  const { incumbent, first } = header
  const budgetMs = Math.min(finalBudget(session), session.deadline - performance.now())
  const protocol = bench.protocol.final
  const players = contendersOf(trialsSoFar(session), { incumbent, first, protocol, budgetMs })
  if (players.length < 2) return
  const record = await playFinal(bench, players, {
    incumbent,
    seed: request.seed,
    budgetMs,
    onRound: (done, rounds) => request.onEvent?.({ type: 'final', contenders: players.length, done, rounds }),
  })
  if (!record) return
  await session.record({ type: 'final', ...record })
  for (let wrong = await recheck(session); wrong; wrong = await recheck(session))
    await session.record({ type: 'trial', ...wrong })
}

/** The winner's trial as it has to be corrected; undefined when its outputs are right after the final, too. */
async function recheck({ bench, header, entries }: Session): Promise<Trial | undefined> {
  const winner = replay({ header, entries })
  if (!winner?.final) return undefined
  const { status: _, reason: __, message: ___, timing: ____, ...base } = winner.trial
  const ready = await loaded(bench, winner.trial.config)
  if ('reason' in ready) return { ...base, ...ready }
  try {
    const comparison = await checkedWhole(bench, ready)
    if ('status' in comparison) return { ...base, ...comparison }
    const { reason, message } = comparison
    return reason ? { ...base, status: 'correctness', reason: 'unstable', message: message! } : undefined
  } finally {
    released(ready.loaded)
  }
}

/** The incumbent first, then what the strategy says. */
function propose(
  { header, pool, entries, planned, request }: Session,
  pending: ReadonlySet<string>,
): Candidate | undefined {
  const trials = latestTrials(trialsOf(entries))
  const taken = new Set([...trials.map(({ config }) => keyOf(config)), ...pending])
  const { incumbent } = header
  if (incumbent && !taken.has(keyOf(incumbent.config))) return incumbent
  const random = randomOf(request.seed, 2 + taken.size)
  return STRATEGIES[header.strategy]({ ranked: pool.ranked, taken, trials, planned, random })
}

/** The trial of a configuration that the rules do not allow: only an incumbent can be one. */
function refused({ pool, space, header }: Session, candidate: Candidate): Trial | undefined {
  if (candidate !== header.incumbent) return undefined
  const { broken } = placed(candidate.config, pool, space)
  if (broken.length === 0) return undefined
  return { ...candidate, status: 'constraints', reason: 'rules', message: rulesBroken(broken) }
}

async function recordTrial(session: Session, trial: Trial): Promise<void> {
  await session.record({ type: 'trial', ...trial })
  const done = trialsSoFar(session).length
  session.request.onEvent?.({ type: 'trial', trial, done, planned: session.planned })
}

function trialsSoFar({ entries }: Session): readonly Trial[] {
  return latestTrials(trialsOf(entries))
}

function reasonToStop(session: Session, end: number): 'crashes' | 'budget' | undefined {
  const trials = trialsSoFar(session)
  const { crashesInARow } = session.bench.protocol
  const last = trials.slice(-crashesInARow)
  // One kernel that crashes is a candidate's fault; several in a row are the template's or the driver's.
  const isCrash = ({ status }: Trial): boolean => status === 'runtime' || status === 'timeout'
  if (last.length === crashesInARow && last.every(isCrash)) return 'crashes'
  return trials.length > 0 && performance.now() > end ? 'budget' : undefined
}

function finalBudget({ bench, request }: Session): number {
  return Math.min(bench.protocol.final.budgetMs, FINAL_SHARE * (request.budgetMs ?? Infinity))
}

function releaseAll(held: ReadonlyMap<string, Ready>): void {
  for (const { loaded } of held.values()) released(loaded)
}

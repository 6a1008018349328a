import type { Configuration } from '@tilewright/kernels'
import { byModel } from './compiled.ts'
import { finalOf, trialsOf, type LogContents, type LogHeader } from './log.ts'
import { bestMedian } from './measured.ts'
import { median } from './statistics.ts'
import { keyOf, latestTrials, type Trial } from './trial.ts'
import { verdictOf, type Verdict } from './verdict.ts'

/** The configuration that a log's trials, and its final, settle on. */
export interface Winner {
  readonly trial: Trial
  readonly final?: Verdict
}

/**
 * The winner by the log alone, without device, solver or clock: `tune` decides with the same function. Undefined where
 * no configuration was found correct.
 */
export function replay({ header, entries }: LogContents): Winner | undefined {
  const trials = latestTrials(trialsOf(entries))
  if (header.evidence === 'compiled') {
    const trial = byModel(trials).find(({ reason }) => reason !== 'unchecked')
    return trial ? { trial } : undefined
  }
  const final = finalOf(entries)
  const correct = (config: Configuration): Trial | undefined =>
    trials.find((trial) => trial.status === 'correct' && keyOf(trial.config) === keyOf(config))
  if (final) {
    // A contender that was found wrong after its final is out of it.
    const left = final.record.contenders.map(({ config }) => correct(config) !== undefined)
    const record = {
      ...final.record,
      hasIncumbent: final.record.hasIncumbent && left[0]!,
      contenders: final.record.contenders.filter((_, i) => left[i]),
      rounds: final.record.rounds.map((round) => round.filter((_, i) => left[i])),
    }
    if (record.contenders.length > 0) {
      const verdict = verdictOf(record, header.protocol.final.threshold)
      return { trial: correct(verdict.winner)!, final: verdict }
    }
  }
  const trial = withoutFinal(trials, header)
  return trial ? { trial } : undefined
}

/** Where no final was played: the incumbent if it was found correct, else the least median, else whatever was timed. */
function withoutFinal(trials: readonly Trial[], { incumbent }: LogHeader): Trial | undefined {
  const sound = trials.filter(({ status, timing }) => status === 'correct' && timing)
  const kept = sound.find(({ config }) => incumbent && keyOf(config) === keyOf(incumbent.config))
  const best = bestMedian(trials)
  return kept ?? sound.find(({ timing }) => !timing!.cut && median(timing!.durationsNs) === best) ?? sound[0]
}

export type * from './backend.ts'
export type { OffElement } from './comparison.ts'
export { TunerError, type TunerErrorCode } from './errors.ts'
export {
  checkResumable,
  LOG_FORMAT,
  logLine,
  readLog,
  trialsOf,
  type LogContents,
  type LogEntry,
  type LogHeader,
  type TrialLog,
} from './log.ts'
export { checkingProblem, lengthened, oracleOf, type Oracle } from './oracle.ts'
export { protocolOf, type FinalProtocol, type Protocol } from './protocol.ts'
export { randomOf, type Random } from './random.ts'
export { simulate, type SimulatedHost, type SimulationOptions } from './simulate.ts'
export { measurementOf, median } from './statistics.ts'
export { strategyNames, type StrategyName } from './strategies/index.ts'
export { keyOf, latestTrials, type Candidate, type Trial, type TrialStatus } from './trial.ts'
export { toT4, type T4Result, type T4Results } from './t4.ts'
export { tune } from './tune.ts'
export type * from './tune-types.ts'
export type { Contender, FinalRecord, Verdict } from './verdict.ts'
export { verify, type Verification, type VerifyRequest } from './verify.ts'
export { replay, type Winner } from './winner.ts'

import { configText, entryPointOf, kernelText, problemText, type KernelId, type Problem } from '@tilewright/kernels'
import { findPreset } from '@tilewright/presets'
import {
  median,
  strategyNames,
  tune,
  type Backend,
  type StrategyName,
  type Trial,
  type TuneEvent,
  type TuneResult,
} from '@tilewright/tuner'
import { logFile } from '@tilewright/tuner/log-file'
import type { Command } from 'commander'
import { DEVICE_HELP, openBackend } from '../device-option.ts'
import { CommandError, EXIT, usage } from '../exit-code.ts'
import { explainKernel, explanationText } from '../explanation.ts'
import { duration, print, printJson, progress, table } from '../output.ts'
import { countOf, millisecondsOf } from '../option-value.ts'
import { kernelOf, withProblem, type ProblemOptions } from '../problem-options.ts'
import { tuneJobs, type TuneJob } from '../tune-jobs.ts'
import { loggedHeader, logPath, outputFolder, writeTuned } from '../tune-output.ts'

interface TuneOptions extends ProblemOptions {
  readonly device?: string
  readonly strategy?: string
  readonly trials?: string
  readonly budget?: string
  readonly seed?: string
  readonly resume?: boolean
  readonly out: string
  readonly json?: boolean
}

/** What one job ended in. */
interface Outcome extends TuneJob {
  readonly id: KernelId
  readonly result: TuneResult
  readonly files: readonly string[]
}

export function addTune(program: Command): void {
  withProblem(
    program
      .command('tune')
      .description('find the fastest configuration: solve, compile, check against the float64 reference, time')
      .option('--device <dev>', `${DEVICE_HELP}; without it, the first adapter here and the model h100-sxm`),
  )
    .option(
      '--strategy <name>',
      `${strategyNames().join(', ')} (default: spread where durations are measured, model elsewhere)`,
    )
    .option('--trials <count>', 'configurations to try (default 16)')
    .option('--budget <duration>', 'such as 60s or 5m, for each kernel')
    .option('--seed <number>', 'of inputs and draws (default 1)')
    .option('--resume', 'go on with the log of an earlier run')
    .option('-o, --out <folder>', 'where presets, sources and logs go', 'out')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  tune --device h100-sxm --cell lstm --head-dim 768 --batch 16 --dtype bf16\n  tune --device webgpu --cell mingru --head-dim 96 --batch 3 --time 501 --json',
    )
    .action(run)
}

async function run(options: TuneOptions): Promise<void> {
  const settings = settingsOf(options)
  const stop = new AbortController()
  const onSignal = (): void => {
    // The first interrupt lets the trial in hand end and keeps what is known; the second one ends the process.
    process.once('SIGINT', () => process.exit(EXIT.interrupted))
    progress('interrupted: ending after this trial; the log keeps what was tried (--resume goes on)')
    stop.abort()
  }
  process.once('SIGINT', onSignal)
  const outcomes: Outcome[] = []
  for (const job of await tuneJobs(options)) {
    if (stop.signal.aborted) break
    outcomes.push(await tuneOne(job, options, options.cell === undefined ? brief(settings) : settings, stop.signal))
  }
  process.removeListener('SIGINT', onSignal)
  if (options.json) printJson(outcomes.length === 1 ? documentOf(outcomes[0]!) : { results: outcomes.map(documentOf) })
  else if (outcomes.length > 0) printTable(outcomes)
  conclude(outcomes, stop.signal.aborted)
}

interface Settings {
  readonly trials: number | undefined
  readonly budgetMs: number | undefined
  readonly seed: number
  readonly strategy: StrategyName | undefined
}

/** The main job tunes several kernels, perhaps on a driver that runs on the CPU: fewer trials each. */
function brief(settings: Settings): Settings {
  return { ...settings, trials: settings.trials ?? 8 }
}

function settingsOf({ trials, budget, seed, strategy }: TuneOptions): Settings {
  const known = strategyNames().find((name) => name === strategy)
  if (strategy !== undefined && !known)
    throw usage(`--strategy: no strategy named ${strategy}; there are ${strategyNames().join(', ')}`)
  return {
    trials: trials === undefined ? undefined : countOf('--trials', trials),
    budgetMs: budget === undefined ? undefined : millisecondsOf('--budget', budget),
    seed: seed === undefined ? 1 : countOf('--seed', seed),
    strategy: known,
  }
}

async function tuneOne(job: TuneJob, options: TuneOptions, settings: Settings, signal: AbortSignal): Promise<Outcome> {
  const backend = await openBackend(job.device)
  try {
    const id = kernelOf(options, job.problem, backend.device)
    progress(`${kernelText(id)}, ${problemText(job.problem)} on ${backend.name} (${backend.device.title})`)
    const folder = await outputFolder(options.out, backend)
    const log = await logPath(folder, stemOf(id, job.problem), options.resume ?? false)
    const result = await tune({
      ...(options.resume ? await resumed(log, settings, options) : settings),
      id,
      problem: job.problem,
      backend,
      signal,
      incumbent: shippedPreset(id, job.problem, backend),
      log: logFile(log, { resume: options.resume ?? false }),
      onEvent: (event) => report(event),
    })
    const files = result.status === 'tuned' ? [...(await writeTuned(options.out, folder, result, backend)), log] : [log]
    return { ...job, id, result: withHints(result, id, job.problem, backend), files }
  } finally {
    await backend.close()
  }
}

/** The settings of a run that goes on with a log: its seed and strategy are the log's, and no others may be asked for. */
async function resumed(path: string, settings: Settings, options: TuneOptions): Promise<Settings> {
  const logged = await loggedHeader(path)
  if (!logged) return settings
  for (const name of ['seed', 'strategy'] as const)
    if (options[name] !== undefined && settings[name] !== logged[name])
      throw usage(
        `${path}: the log has --${name} ${logged[name]}, and --${name} ${settings[name]} was asked for; leave --${name} out, or begin a new log without --resume`,
      )
  return { ...settings, seed: logged.seed, strategy: logged.strategy }
}

/** Names of logs tell problems of the same kernel apart. */
function stemOf(id: KernelId, problem: Problem): string {
  return `${entryPointOf(id, problem)}_b${problem.batch}_t${problem.time}_n${problem.heads}`
}

function shippedPreset(id: KernelId, problem: Problem, backend: Backend): Readonly<Record<string, number>> | undefined {
  const answer = findPreset({ ...id, problem, device: backend.device })
  return answer.status === 'found' && answer.preset ? answer.config : undefined
}

/** An infeasible result with what of the problem could be changed. */
function withHints(result: TuneResult, id: KernelId, problem: Problem, backend: Backend): TuneResult {
  if (result.status !== 'infeasible') return result
  return { ...result, explanation: explainKernel(id, problem, backend.device) }
}

function report(event: TuneEvent): void {
  switch (event.type) {
    case 'space':
      return progress(
        `  ${event.count} configurations, ${event.planned} to try${event.resumed > 0 ? `, ${event.resumed} of them in the log` : ''}`,
      )
    case 'checking':
      return progress(`  outputs are checked over ${event.problem.time} steps of ${event.problem.batch} sequences`)
    case 'trial':
      return progress(`  ${String(event.done).padStart(3)}/${event.planned}  ${trialText(event.trial)}`)
    case 'final':
      if (event.done === event.rounds)
        progress(`  final: ${event.contenders} contenders, ${event.rounds} paired rounds`)
      return
    case 'stopped':
      return progress(event.reason === 'budget' ? '  the budget is used up' : '  stopped: too many crashes in a row')
  }
}

function trialText(trial: Trial): string {
  const time = trial.timing
    ? duration(median(trial.timing.durationsNs))
    : trial.report
      ? `${trial.report.registers} registers`
      : '-'
  const word = trial.reason ? `${trial.status} (${trial.reason})` : trial.status
  return `${word.padEnd(20)} ${time.padStart(13)}  ${configText(trial.config)}`
}

/** The result of one job as data; `status` is the winner's where there is one. */
function documentOf({ device, problem, id, result, files }: Outcome): Readonly<Record<string, unknown>> {
  const base = { device, kernel: id, problem, files }
  if (result.status !== 'tuned') return { ...base, ...result }
  const { kernel, trial, ...rest } = result
  return {
    ...base,
    ...rest,
    status: trial.status,
    report: trial.report,
    entryPoint: kernel.entryPoint,
    sha256: kernel.sha256,
    configText: configText(result.config),
  }
}

function printTable(outcomes: readonly Outcome[]): void {
  const rows = outcomes.map(({ device, problem, id, result }) => {
    const start = [
      device,
      `${problem.cell} ${id.kernel} ${id.pass}`,
      problem.dtype,
      `${problem.batch}x${problem.time}x${problem.heads}x${problem.headDim}`,
    ]
    if (result.status !== 'tuned') return [...start, '-', result.status, '-', '-', '-']
    const { trials, trial, error, measurement, evidence } = result
    const best = measurement
      ? duration(measurement.medianNs)
      : trial.report
        ? `${trial.report.registers} registers, ${trial.report.spillBytes} spilled`
        : '-'
    return [
      ...start,
      `${trials.length} of ${result.spaceCount}`,
      best,
      evidence,
      error.relative.toExponential(1),
      error.allowed.toExponential(1),
    ]
  })
  print(table(['device', 'kernel', 'dtype', 'BxTxNxD', 'candidates', 'best', 'evidence', 'error', 'allowed'], rows))
  for (const { result, files } of outcomes) {
    if (result.status !== 'tuned') continue
    print(`\n${result.kernel.entryPoint}: ${configText(result.config)}`)
    for (const file of files) print(`  ${file}`)
  }
}

/** The exit code of a run is that of the worst of its jobs. */
function conclude(outcomes: readonly Outcome[], isInterrupted: boolean): void {
  if (isInterrupted) throw new CommandError(EXIT.interrupted, 'interrupted; results are kept, --resume goes on')
  for (const { result, id, problem, device } of outcomes) {
    if (result.status === 'tuned') continue
    const what = `${kernelText(id)}, ${problemText(problem)} on ${device}`
    if (result.status === 'infeasible')
      throw new CommandError(EXIT.infeasible, `${what}: ${explanationText(result.explanation)}`)
    throw new CommandError(EXIT.failed, `${what}: ${failureText(result)}`)
  }
}

function failureText(result: Exclude<TuneResult, { status: 'tuned' | 'infeasible' }>): string {
  const [first] = result.trials.filter(({ status }) => status !== 'correct')
  return `none of ${result.trials.length} candidates worked${first ? `; the first: ${first.status}${first.reason ? ` (${first.reason})` : ''}, ${first.message ?? ''}` : ''}`
}

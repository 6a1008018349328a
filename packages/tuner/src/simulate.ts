import type { Kernel } from '@tilewright/codegen'
import { isOverTime, reference, roundTo, tensorsOf, type Tensors } from '@tilewright/kernels'
import type { Backend, CompilerReport, Failure, Loaded } from './backend.ts'
import { trialsOf, type LogContents, type LogHeader } from './log.ts'
import { randomOf, type Random } from './random.ts'
import { median } from './statistics.ts'
import { keyOf, latestTrials, type Trial } from './trial.ts'

/** How the simulated clock lies. */
export interface SimulationOptions {
  /** Spread of durations: the standard deviation of their logarithm. */
  readonly noise?: number
  /** What one span of the clock is rounded to, in nanoseconds; 65,536 for a timestamp query in Dawn. */
  readonly quantumNs?: number
  /** Executions repeat inside one span until it is this many quanta long; 100 unless said otherwise. */
  readonly spanQuanta?: number
  readonly seed: number
}

/**
 * A backend without a device: it answers as the log's trials were answered, durations with noise and a coarse clock, and
 * computes right outputs with the float64 reference. A configuration that the log does not hold fails to compile with
 * reason `untried`. Strategies and the final are developed against it.
 *
 * @example
 * const backend = simulate(readLog(text)!, { noise: 0.1, quantumNs: 65_536, seed: 1 })
 */
export function simulate(
  { header, entries }: Pick<LogContents, 'entries'> & { readonly header: SimulatedHost },
  options: SimulationOptions,
): Backend {
  const trials = new Map(latestTrials(trialsOf(entries)).map((trial) => [keyOf(trial.config), trial]))
  const random = randomOf(options.seed)
  return {
    name: `simulated ${header.backend}`,
    device: header.device,
    target: header.kernel.target,
    evidence: header.evidence,
    fingerprint: header.fingerprint,
    load: (kernel) => Promise.resolve(loadOf(kernel, trials.get(keyOf(kernel.config)), { ...options, random })),
    close: () => Promise.resolve(),
  }
}

/** What a simulation needs to know of the log's run. */
export type SimulatedHost = Pick<LogHeader, 'backend' | 'device' | 'evidence' | 'fingerprint' | 'kernel'>

function loadOf(
  kernel: Kernel,
  trial: Trial | undefined,
  options: SimulationOptions & { readonly random: Random },
): Loaded | Failure {
  if (!trial) return { status: 'compile', reason: 'untried', message: 'the log holds no trial of this configuration' }
  const { status, reason = 'logged', message = 'as the log has it', report, timing } = trial
  // A compiler's report of spills or registers is the tuner's to judge.
  const isJudged = report !== undefined && (reason === 'spills' || reason === 'registers')
  if (status === 'compile' && !isJudged) return { status, reason, message }
  const median_ = timing ? median(timing.durationsNs) : NaN
  const outputs = new WeakMap<Tensors, Tensors>()
  return {
    status: 'loaded',
    compileMs: trial.compileMs ?? 0,
    ...reportOf(report),
    run: (_plan, inputs) => {
      if (status === 'runtime' || status === 'timeout') return Promise.resolve({ status, reason, message })
      const right = outputs.get(inputs) ?? outputsOf(kernel, inputs)
      outputs.set(inputs, right)
      const given = status === 'correctness' ? spoiled(right) : right
      return Promise.resolve({ status: 'ran', outputs: given })
    },
    time: (_plan, _inputs, { measureMs, leastRuns, cutNs }) => {
      if (!timing)
        return Promise.resolve({ status: 'runtime', reason: 'untimed', message: 'the log holds no durations' })
      const draw = (): number => duration(median_, options)
      const first = Array.from({ length: Math.min(3, leastRuns) }, draw)
      const cut = cutNs !== undefined && Math.min(...first) > cutNs
      // Not more than a thousand: their number is no part of what is simulated.
      const runs = cut ? 0 : Math.min(1000, Math.max(leastRuns, Math.floor((measureMs * 1e6) / median_))) - first.length
      const durationsNs = [...first, ...Array.from({ length: Math.max(0, runs) }, draw)]
      return Promise.resolve({ status: 'timed', durationsNs, clock: timing.clock, cut })
    },
    release: () => {},
  }
}

function reportOf(report: CompilerReport | undefined): Pick<Loaded, 'report'> {
  return report ? { report } : {}
}

/** One duration: log-normal noise, one in twenty disturbed to twice the time, then the clock's grid. */
function duration(
  trueNs: number,
  { noise = 0, quantumNs = 0, spanQuanta = 100, random }: SimulationOptions & { readonly random: Random },
): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const disturbed = noise > 0 && random() < 0.05 ? 2 : 1
  const noisy = trueNs * Math.exp(noise * normal) * disturbed
  if (quantumNs === 0) return noisy
  const repeats = Math.max(1, Math.ceil((spanQuanta * quantumNs) / noisy))
  // A span begins anywhere between two ticks.
  const phase = random()
  return ((Math.floor((noisy * repeats) / quantumNs + phase) - Math.floor(phase)) * quantumNs) / repeats
}

/** Outputs of however many steps the inputs have: a kernel runs any number of them. */
function outputsOf({ problem, pass }: Kernel, inputs: Tensors): Tensors {
  const tensor = tensorsOf(problem, pass).inputs.find(isOverTime)!
  const elements = tensor.shape.reduce((product, extent) => product * extent, 1)
  const time = (inputs[tensor.name]!.length / elements) * problem.time
  const actual = { ...problem, time }
  const exact = reference(actual, pass, inputs)
  return Object.fromEntries(
    tensorsOf(actual, pass).outputs.map(({ name, dtype }) => [name, roundTo(dtype, exact[name]!)]),
  )
}

function spoiled(outputs: Tensors): Tensors {
  return Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, values.map((value) => value + 1)]))
}

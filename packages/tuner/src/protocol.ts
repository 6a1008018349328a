import { isSoftware, type Device } from '@tilewright/devices'

/** How candidates are checked, timed and compared. Part of a log's header: durations of two protocols do not mix. */
export interface Protocol {
  readonly warmupMs: number
  readonly measureMs: number
  readonly leastRuns: number
  /** Timing of a candidate stops when its fastest first run takes this many times the best median so far. */
  readonly cutFactor: number
  /** Longest wait for one step of a backend (compile, run, time), after which the candidate is given up. */
  readonly stepTimeoutMs: number
  /** Runs that crash or hang one after the other before the search stops. */
  readonly crashesInARow: number
  /** Candidates compiled side by side; only where nothing is timed. */
  readonly compileJobs: number
  /** Multiplications that the float64 reference of one problem may take; see `checkingProblem`. */
  readonly checkOperations: number
  readonly final: FinalProtocol
}

/** The paired comparison of the best few. */
export interface FinalProtocol {
  /** How many of the best take part, besides the incumbent and the model's first. */
  readonly contenders: number
  readonly rounds: number
  /** Fewer rounds than this are not made, whatever the budget. */
  readonly leastRounds: number
  /** Time for one contender in half a round. */
  readonly burstMs: number
  /** Time for the whole final; rounds are cut to fit. */
  readonly budgetMs: number
  /** A challenger wins only when the upper end of its ratio's interval is below this. */
  readonly threshold: number
}

// Warm-up, runs and rounds follow the practice of the field's tuners: 25 ms and 100 ms as Triton's do_bench has them,
// 20 runs and 50 rounds so that the interval of a median is narrow.
const GPU: Protocol = {
  warmupMs: 25,
  measureMs: 100,
  leastRuns: 20,
  cutFactor: 2,
  stepTimeoutMs: 120_000,
  crashesInARow: 3,
  compileJobs: 2,
  checkOperations: 2 ** 26,
  final: {
    contenders: 5,
    rounds: 50,
    leastRounds: 8,
    burstMs: 8,
    budgetMs: 30_000,
    threshold: 0.99,
  },
}

// A driver that runs on the CPU takes a hundred times longer for a run and shares the machine with everything else:
// more runs would not make its durations mean more.
const SOFTWARE: Protocol = {
  ...GPU,
  warmupMs: 10,
  measureMs: 60,
  leastRuns: 5,
  checkOperations: 2 ** 25,
  final: { ...GPU.final, contenders: 4, rounds: 20, leastRounds: 6, burstMs: 10, budgetMs: 12_000 },
}

/** The protocol that suits a device: drivers that run on the CPU get a short one. */
export function protocolOf(device: Device): Protocol {
  return isSoftware(device) ? SOFTWARE : GPU
}

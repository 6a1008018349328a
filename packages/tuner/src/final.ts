import type { Plan } from '@tilewright/kernels'
import { loaded, type Bench, type Ready } from './bench.ts'
import { isFailure, released } from './guard.ts'
import { timed } from './measured.ts'
import type { FinalProtocol } from './protocol.ts'
import { randomOf, shuffled } from './random.ts'
import { median } from './statistics.ts'
import { keyOf, type Candidate, type Trial } from './trial.ts'
import type { FinalRecord } from './verdict.ts'

// A backend launches a few times to warm up and to find how often to repeat, even for a burst of one run.
const RUNS_OF_A_BURST = 6

/**
 * Who takes part: the incumbent, the best medians, the model's first. Wrong ones and those whose timing was given up do
 * not. Where the least number of rounds does not fit the budget, fewer take part, the incumbent and the best at the
 * last; none at all where not even two fit.
 */
export function contendersOf(
  trials: readonly Trial[],
  options: {
    readonly incumbent?: Candidate | undefined
    readonly first: Candidate | undefined
    readonly protocol: FinalProtocol
    readonly budgetMs: number
  },
): readonly Trial[] {
  const { protocol, budgetMs } = options
  const sound = trials
    .filter(({ status, timing }) => status === 'correct' && timing && !timing.cut)
    .toSorted((a, b) => median(a.timing!.durationsNs) - median(b.timing!.durationsNs))
  const named = (candidate: Candidate | undefined): readonly Trial[] =>
    sound.filter((trial) => candidate && keyOf(trial.config) === keyOf(candidate.config))
  const best = sound.slice(0, protocol.contenders)
  const seats = [...new Set([...named(options.incumbent), ...best, ...named(options.first)])]
  while (seats.length > 0 && protocol.leastRounds * roundMs(protocol, seats) > budgetMs) seats.pop()
  return seats.length < 2 ? [] : seats
}

/**
 * Times the contenders against one another: in each round every one twice, in random order and then in that order
 * reversed (ABBA), so that a drift of the clock falls on all alike. All are compiled before the first round. One that
 * fails leaves the final. Undefined when fewer than two are left.
 */
export async function playFinal(
  bench: Bench,
  contenders: readonly Trial[],
  options: {
    readonly incumbent?: Candidate | undefined
    readonly seed: number
    readonly budgetMs: number
    readonly onRound?: (done: number, of: number) => void
  },
): Promise<FinalRecord | undefined> {
  const players: Player[] = []
  try {
    for (const { config } of contenders) {
      const ready = await loaded(bench, config)
      if (!('reason' in ready)) players.push({ ready, rounds: [] })
    }
    await playRounds(bench, players, { ...options, rounds: roundsFor(bench, contenders, options.budgetMs) })
  } finally {
    for (const { ready } of players) released(ready.loaded)
  }
  const left = players.filter(({ hasFailed }) => !hasFailed)
  if (left.length < 2) return undefined
  const { incumbent } = options
  return {
    hasIncumbent: incumbent !== undefined && keyOf(left[0]!.ready.kernel.config) === keyOf(incumbent.config),
    contenders: left.map(({ ready: { kernel } }) => ({ config: kernel.config, threads: threadsOf(kernel.plan) })),
    rounds: left[0]!.rounds.map((_, round) => left.map(({ rounds }) => rounds[round]!)),
  }
}

interface Player {
  readonly ready: Ready
  readonly rounds: number[]
  hasFailed?: boolean
}

async function playRounds(
  bench: Bench,
  players: readonly Player[],
  options: {
    readonly seed: number
    readonly budgetMs: number
    readonly rounds: number
    readonly onRound?: (done: number, of: number) => void
  },
): Promise<void> {
  const { burstMs, leastRounds } = bench.protocol.final
  const random = randomOf(options.seed, 1)
  const end = performance.now() + options.budgetMs
  for (let round = 0; round < options.rounds; round++) {
    if (round >= leastRounds && performance.now() > end) return
    const order = shuffled(
      players.filter(({ hasFailed }) => !hasFailed),
      random,
    )
    const bursts = new Map<Player, number[]>(order.map((player) => [player, []]))
    for (const player of [...order, ...order.toReversed()]) {
      if (player.hasFailed) continue
      const timing = await timed(bench, player.ready, { warmupMs: 0, measureMs: burstMs, leastRuns: 1 })
      if (isFailure(timing)) player.hasFailed = true
      else bursts.get(player)!.push(median(timing.durationsNs))
    }
    for (const [player, pair] of bursts) if (!player.hasFailed) player.rounds.push((pair[0]! + pair[1]!) / 2)
    options.onRound?.(round + 1, options.rounds)
  }
}

/** As many rounds as the budget holds by the medians so far, between the protocol's least and most. */
function roundsFor({ protocol: { final } }: Bench, contenders: readonly Trial[], budgetMs: number): number {
  const fitting = Math.floor(budgetMs / roundMs(final, contenders))
  return Math.min(final.rounds, Math.max(final.leastRounds, fitting))
}

/** About what one round takes. */
function roundMs({ burstMs }: FinalProtocol, contenders: readonly Trial[]): number {
  const burst = (trial: Trial): number => Math.max(burstMs, (RUNS_OF_A_BURST * median(trial.timing!.durationsNs)) / 1e6)
  return 2 * contenders.reduce((total, trial) => total + burst(trial), 0)
}

function threadsOf({ dispatches }: Plan): number {
  const product = ([x, y, z]: readonly [number, number, number]): number => x * y * z
  return dispatches.reduce((total, { grid, block }) => total + product(grid) * product(block), 0)
}

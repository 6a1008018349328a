import type { Plan } from '@tilewright/kernels'
import { loaded, type Bench, type Ready } from './bench.ts'
import { isFailure, released } from './guard.ts'
import { timed } from './measured.ts'
import { randomOf, shuffled } from './random.ts'
import { median } from './statistics.ts'
import { keyOf, type Candidate, type Trial } from './trial.ts'
import type { FinalRecord } from './verdict.ts'

/** Who takes part: the incumbent first, then the model's first, then the best medians. Cut and wrong ones do not. */
export function contendersOf(
  trials: readonly Trial[],
  options: {
    readonly incumbent?: Candidate | undefined
    readonly first: Candidate | undefined
    readonly contenders: number
  },
): readonly Trial[] {
  const sound = trials
    .filter(({ status, timing }) => status === 'correct' && timing && !timing.cut)
    .toSorted((a, b) => median(a.timing!.durationsNs) - median(b.timing!.durationsNs))
  const named = [options.incumbent, options.first].flatMap((candidate) =>
    sound.filter((trial) => candidate && keyOf(trial.config) === keyOf(candidate.config)),
  )
  return [...new Set([...named, ...sound.slice(0, options.contenders)])]
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
  const burst = (trial: Trial): number => Math.max(final.burstMs, median(trial.timing!.durationsNs) / 1e6)
  const roundMs = 2 * contenders.reduce((total, trial) => total + burst(trial), 0)
  return Math.min(final.rounds, Math.max(final.leastRounds, Math.floor(budgetMs / roundMs)))
}

function threadsOf({ dispatches }: Plan): number {
  const product = ([x, y, z]: readonly [number, number, number]): number => x * y * z
  return dispatches.reduce((total, { grid, block }) => total + product(grid) * product(block), 0)
}

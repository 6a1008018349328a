import { device as deviceOf } from '@tilewright/devices'
import { spaceOf, type KernelId, type Problem } from '@tilewright/kernels'
import { expect, test } from 'vitest'
import type { Backend, CompilerReport } from './backend.ts'
import { changed, memoryLog } from './fixture.ts'
import { poolOf } from './pool.ts'
import { simulate } from './simulate.ts'
import { keyOf, type Trial } from './trial.ts'
import { tune } from './tune.ts'
import type { TuneRequest } from './tune-types.ts'

// A GPU that is only modelled: kernels are compiled for it and run on the CPU, and nothing is timed.
const ID: KernelId = { kernel: 'scan', pass: 'forward', target: 'cuda' }
const PROBLEM: Problem = { cell: 'mingru', dtype: 'f32', batch: 2, time: 200, heads: 1, headDim: 16 }
const DEVICE = deviceOf('h100-sxm')
const { ranked } = poolOf(spaceOf(ID, PROBLEM, DEVICE))

const REPORT: CompilerReport = { architecture: 'sm_90', registers: 32, spillBytes: 0, stackBytes: 0, sharedBytes: 0 }

function compiler(override: (rank: number) => Partial<Trial> | undefined = () => undefined): Backend {
  return simulate(
    {
      header: { backend: 'nvcc', device: DEVICE, evidence: 'compiled', fingerprint: { nvcc: '12.9' }, kernel: ID },
      entries: ranked.map((candidate, rank) => ({
        type: 'trial',
        ...candidate,
        status: 'correct',
        report: REPORT,
        ...override(rank),
      })),
    },
    { seed: 1 },
  )
}

function request(change: Partial<TuneRequest> = {}): TuneRequest {
  return { id: ID, problem: PROBLEM, backend: compiler(), seed: 1, trials: 6, ...change }
}

test("the model's best that compiles and computes the right outputs wins, with evidence compiled", async () => {
  const result = await tune(request())
  expect(result).toMatchObject({
    status: 'tuned',
    evidence: 'compiled',
    config: ranked[0]!.config,
    objective: ranked[0]!.objective,
    error: { output: expect.any(String), relative: expect.any(Number) },
    trial: { report: REPORT },
    checkedSteps: 200,
  })
  if (result.status !== 'tuned') return
  expect(result.measurement).toBeUndefined()
  expect(result.trials.map(({ config }) => keyOf(config)).toSorted()).toEqual(
    ranked
      .slice(0, 6)
      .map(({ config }) => keyOf(config))
      .toSorted(),
  )
  expect(result.trials.filter(({ reason }) => reason === 'unchecked')).toHaveLength(5)
})

test('spills, too many registers and wrong outputs are passed over', async () => {
  const wrong: readonly Partial<Trial>[] = [
    { status: 'compile', reason: 'spills', report: { ...REPORT, spillBytes: 16 } },
    { status: 'compile', reason: 'registers', report: { ...REPORT, registers: 256 } },
    { status: 'correctness' },
    { status: 'runtime', reason: 'illegal-access', message: 'out of bounds' },
    { status: 'compile', reason: 'nvcc', message: 'error: expected a ;' },
  ]
  const result = await tune(request({ backend: compiler((rank) => wrong[rank]) }))
  expect(result).toMatchObject({ status: 'tuned', config: ranked[5]!.config })
  if (result.status !== 'tuned') return
  const trial = (rank: number): Trial | undefined =>
    result.trials.find(({ config }) => keyOf(config) === keyOf(ranked[rank]!.config))
  expect(trial(0)).toMatchObject({
    status: 'compile',
    reason: 'spills',
    message: 'the compiler spills 16 bytes a thread',
  })
  expect(trial(1)).toMatchObject({ status: 'compile', reason: 'registers' })
  expect(trial(1)!.message).toMatch(/^the compiler needs 256 registers a thread, the rules assumed \d+ at most$/)
  expect(trial(2)).toMatchObject({ status: 'correctness', reason: 'error' })
  expect(trial(3)).toMatchObject({ status: 'runtime', reason: 'illegal-access' })
  expect(trial(4)).toMatchObject({ status: 'compile', reason: 'nvcc' })
})

test('nothing that compiles and is right makes a failed search', async () => {
  const backend = compiler(() => ({ status: 'correctness' }))
  const result = await tune(request({ backend }))
  expect(result).toMatchObject({ status: 'failed', trials: { length: 6 } })
})

test('two kernels are compiled side by side, never more, and all are released', async () => {
  const backend = compiler()
  let [now, most, released] = [0, 0, 0]
  const slow: Backend = {
    ...changed(backend, () => ({ release: () => void released++ })),
  }
  const counted: Backend = {
    ...slow,
    async load(kernel) {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setTimeout(resolve, 2))
      now--
      return slow.load(kernel)
    },
  }
  await tune(request({ backend: counted }))
  expect(most).toBe(2)
  expect(released).toBe(6)
})

test('a log is resumed where it ended', async () => {
  const log = memoryLog()
  await tune(request({ log }))
  const begun = memoryLog(log.entries.slice(0, 3))
  const loads: string[] = []
  const backend = compiler()
  const watched: Backend = {
    ...backend,
    load(kernel) {
      loads.push(keyOf(kernel.config))
      return backend.load(kernel)
    },
  }
  const result = await tune(request({ backend: watched, log: begun }))
  expect(result).toMatchObject({ status: 'tuned', config: ranked[0]!.config })
  // Three that were missing, and the winner's, which has to be run.
  expect(new Set(loads).size).toBe(loads.length)
  expect(loads).toHaveLength(4)
})

test('a space too large to exhaust is refused', async () => {
  const problem: Problem = { cell: 'lstm', dtype: 'bf16', batch: 16, time: 8, heads: 1, headDim: 768 }
  const id: KernelId = { kernel: 'recurrent-fused', pass: 'forward', target: 'cuda' }
  await expect(tune(request({ id, problem, strategy: 'exhaustive' }))).rejects.toMatchObject({
    code: 'E_STRATEGY',
    message: expect.stringMatching(
      /^exhaustive: the space has \d+ configurations, at most 1024 are tried completely; use/,
    ),
  })
})

import { expect, test } from 'vitest'
import type { Configuration, Tensors } from '@tilewright/kernels'
import type { Backend } from './backend.ts'
import { changed, DEVICE, ID, logOfAll, memoryLog, POOL, PROBLEM, QUICK, simulated, truth } from './fixture.ts'
import { keyOf } from './trial.ts'
import { tune } from './tune.ts'
import type { Tuned, TuneEvent, TuneRequest, TuneResult } from './tune-types.ts'

const BEST = Math.min(...POOL.ranked.map(({ config }) => truth(config)))
const FIRST = POOL.ranked[0]!.config

function request(change: Partial<TuneRequest> = {}): TuneRequest {
  return { id: ID, problem: PROBLEM, backend: simulated(), seed: 1, protocol: QUICK, ...change }
}

function tunedBy(result: TuneResult): Tuned {
  if (result.status !== 'tuned')
    throw new Error(
      `not tuned but ${JSON.stringify(result, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))}`,
    )
  return result
}

test('a complete search finds the true best within 2 %, through noise and a clock of 65,536 ns', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const backend = simulated({ noise: 0.05, quantumNs: 65_536, seed })
    const result = tunedBy(await tune(request({ backend, seed, strategy: 'exhaustive' })))
    expect(truth(result.config) / BEST, `seed ${seed}`).toBeLessThan(1.02)
    expect(result).toMatchObject({ isComplete: true, evidence: 'measured', spaceCount: POOL.count })
    expect(result.measurement!.runs).toBeGreaterThanOrEqual(QUICK.leastRuns)
    expect(result.final!.rounds).toBe(20)
    expect(result.error.relative).toBeLessThan(result.error.allowed)
    expect(result.kernel.config).toEqual(result.config)
  }
})

test('as many different configurations are tried as asked for', async () => {
  for (const strategy of ['model', 'spread'] as const) {
    const { trials, isComplete } = tunedBy(await tune(request({ strategy, trials: 11 })))
    expect(new Set(trials.map(({ config }) => keyOf(config))).size).toBe(11)
    expect(isComplete).toBe(false)
  }
  expect(tunedBy(await tune(request({ trials: 10_000 }))).trials).toHaveLength(POOL.ranked.length)
  expect(tunedBy(await tune(request())).trials).toHaveLength(16)
})

test('a slow candidate is cut, and neither ranked nor in the final', async () => {
  const slow = POOL.ranked[3]!.config
  const backend = simulated({ truth: (config) => (keyOf(config) === keyOf(slow) ? 1e9 : truth(config)) })
  const { trials, final } = tunedBy(await tune(request({ backend, strategy: 'exhaustive' })))
  const trial = trials.find(({ config }) => keyOf(config) === keyOf(slow))!
  expect(trial).toMatchObject({ status: 'correct', reason: 'cut', timing: { cut: true } })
  expect(trial.timing!.durationsNs).toHaveLength(3)
  expect([final!.winner, ...final!.ties, ...final!.ratios.map(({ config }) => config)]).not.toContainEqual(slow)
})

test('an equal incumbent is tried first and never replaced', async () => {
  const incumbent = POOL.ranked.at(-1)!.config
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const backend = simulated({ truth: () => 3e5, noise: 0.1, seed })
    const result = tunedBy(await tune(request({ backend, seed, incumbent })))
    expect(result.trials[0]!.config).toEqual(incumbent)
    expect({ seed, config: result.config }).toEqual({ seed, config: incumbent })
    expect(result.final).toMatchObject({ isReplaced: false })
  }
})

test('a slower incumbent is replaced', async () => {
  const incumbent = POOL.ranked.toSorted((a, b) => truth(b.config) - truth(a.config))[0]!.config
  const result = tunedBy(await tune(request({ incumbent, strategy: 'exhaustive' })))
  expect(truth(result.config)).toBe(BEST)
  expect(result.final).toMatchObject({ isReplaced: true })
})

test('an incumbent that breaks the rules is a trial with the rules in its message', async () => {
  const incumbent = { ...FIRST, VECTOR: 4, ITEMS: 16, TIME_LANES: 32 }
  const { trials } = tunedBy(await tune(request({ incumbent })))
  expect(trials[0]).toMatchObject({ config: incumbent, status: 'constraints', reason: 'rules' })
  expect(trials[0]!.message).toContain('"no more lanes than steps"')
})

test('what a candidate does wrong is a trial, and the search goes on', async () => {
  const failures = [
    { status: 'compile', reason: 'syntax', message: 'unexpected token' },
    { status: 'runtime', reason: 'launch', message: 'too many blocks' },
    { status: 'timeout', reason: 'hang', message: 'no answer' },
    { status: 'correctness' },
  ] as const
  const backend = simulated({ override: (_, rank) => (rank % 3 === 1 ? failures[Math.floor(rank / 3)] : undefined) })
  const { trials, config } = tunedBy(await tune(request({ backend, strategy: 'exhaustive' })))
  const wrong = failures.map((_, i) => trials[3 * i + 1]!)
  expect(wrong.slice(0, 3)).toMatchObject(failures.slice(0, 3))
  expect(wrong[3]).toMatchObject({ status: 'correctness', reason: 'error', error: { relative: expect.any(Number) } })
  expect(wrong[3]!.message).toMatch(/^h is off by .*, allowed .* \(f32, 9 steps\); first at b=0 t=0 c=0$/)
  for (const trial of wrong) expect(trial.timing).toBeUndefined()
  expect(trials).toHaveLength(POOL.ranked.length)
  expect(wrong.map(({ config: key }) => keyOf(key))).not.toContain(keyOf(config))
})

/** Outputs with one value of the first tensor replaced. */
function withValue(outputs: Tensors, index: number, value: number): Tensors {
  return { ...outputs, h: outputs['h']!.map((old, i) => (i === index ? value : old)) }
}

/** A device on which one configuration puts a value into its outputs after some honest runs. */
function lying(config: Configuration, value: number, honestRuns: number): Backend {
  let runs = 0
  return changed(
    simulated(),
    (loaded) => ({
      async run(plan, inputs) {
        const ran = await loaded.run(plan, inputs)
        const isHonest = ran.status !== 'ran' || ++runs <= honestRuns
        return isHonest ? ran : { ...ran, outputs: withValue(ran.outputs, 100, value) }
      },
    }),
    config,
  )
}

test('the fastest does not win with one wrong element, a NaN, or a race that shows itself late', async () => {
  const fastest = POOL.ranked.toSorted((a, b) => truth(a.config) - truth(b.config))[0]!.config
  const cases = [
    { backend: lying(fastest, 7, 0), reason: 'error' },
    { backend: lying(fastest, NaN, 0), reason: 'nan' },
    { backend: lying(fastest, 7, 1), reason: 'unstable' },
    // Right twice in its trial, wrong in the check after the final.
    { backend: lying(fastest, 7, 2), reason: 'unstable' },
  ]
  for (const { backend, reason } of cases) {
    const { trials, config } = tunedBy(await tune(request({ backend, strategy: 'exhaustive' })))
    expect(config).not.toEqual(fastest)
    const trial = trials.find(({ config: other }) => keyOf(other) === keyOf(fastest))
    expect(trial).toMatchObject({ status: 'correctness', reason })
    expect(trial!.timing).toBeUndefined()
  }
})

test('a race that shows itself only after the timing is found in every candidate', async () => {
  const slower = POOL.ranked.toSorted((a, b) => truth(a.config) - truth(b.config))[12]!.config
  const backend = lying(slower, 7, 1)
  const { trials } = tunedBy(
    await tune(request({ backend, strategy: 'exhaustive', protocol: { ...QUICK, cutFactor: 100 } })),
  )
  const trial = trials.find(({ config }) => keyOf(config) === keyOf(slower))
  expect(trial).toMatchObject({ status: 'correctness', reason: 'unstable' })
  expect(trial!.timing).toBeUndefined()
})

test('a backend that throws or hangs costs its candidate and no more', async () => {
  const [, second, third] = POOL.ranked.map(({ config }) => config)
  const throwing = changed(
    simulated(),
    () => ({
      run: () => {
        throw new Error('device lost')
      },
    }),
    second,
  )
  const backend = changed(throwing, () => ({ time: () => new Promise(() => {}) }), third)
  const protocol = { ...QUICK, stepTimeoutMs: 3000 }
  const { trials } = tunedBy(await tune(request({ backend, protocol, strategy: 'model', trials: 5 })))
  expect(trials.map(({ status }) => status)).toEqual(['correct', 'runtime', 'timeout', 'correct', 'correct'])
  expect(trials[1]).toMatchObject({ reason: 'threw', message: 'device lost' })
})

test('a template that crashes three times in a row is given up', async () => {
  const backend = simulated({ override: () => ({ status: 'runtime', reason: 'lost', message: 'device lost' }) })
  const events: TuneEvent[] = []
  const result = await tune(request({ backend, onEvent: (event) => events.push(event) }))
  expect(result).toMatchObject({ status: 'failed', trials: [{ status: 'runtime' }, {}, {}] })
  expect(events.at(-1)).toEqual({ type: 'stopped', reason: 'crashes' })
})

test('every candidate that fails to compile makes a failed search', async () => {
  const backend = simulated({ override: () => ({ status: 'compile', reason: 'syntax', message: 'no' }) })
  expect(await tune(request({ backend, trials: 6 }))).toMatchObject({ status: 'failed', trials: { length: 6 } })
})

test('a budget that is spent ends the search after one candidate', async () => {
  const events: TuneEvent[] = []
  const result = tunedBy(await tune(request({ budgetMs: 0, onEvent: (event) => events.push(event) })))
  expect(result.trials).toHaveLength(1)
  expect(result.config).toEqual(FIRST)
  expect(events).toContainEqual({ type: 'stopped', reason: 'budget' })
})

test('nothing fits a device that is too small, and the conflict is data', async () => {
  if (DEVICE.api !== 'webgpu') throw new Error('the fixture is a WebGPU device')
  const device = { ...DEVICE, limits: { ...DEVICE.limits, maxStorageBuffersPerShaderStage: 4 } }
  const result = await tune(request({ backend: { ...simulated(), device } }))
  expect(result).toMatchObject({ status: 'infeasible', explanation: { status: 'infeasible' } })
  if (result.status === 'infeasible' && result.explanation.status === 'infeasible')
    expect(result.explanation.conflict.map(({ rule }) => rule)).toEqual(['buffers of a stage'])
})

test('an interrupted search keeps what it knows, resumes, and ends as if nothing had happened', async () => {
  const whole = memoryLog()
  const undisturbed = tunedBy(await tune(request({ log: whole })))
  for (const after of [1, 5, 16]) {
    const controller = new AbortController()
    const log = memoryLog()
    const onEvent = (event: TuneEvent): void => {
      if (event.type === 'trial' && event.done === after) controller.abort()
    }
    const result = await tune(request({ log, signal: controller.signal, onEvent }))
    expect(result).toMatchObject({ status: 'interrupted', trials: { length: after }, best: { status: 'correct' } })
    expect(log.closed()).toBe(true)
    const resumed = tunedBy(await tune(request({ log: memoryLog(log.entries) })))
    expect(resumed.trials.map(({ config }) => config)).toEqual(undisturbed.trials.map(({ config }) => config))
    expect(resumed.config).toEqual(undisturbed.config)
  }
})

test('an interruption does not wait for a candidate that hangs', async () => {
  const controller = new AbortController()
  const hanging = changed(simulated(), () => ({ run: () => new Promise(() => {}) }))
  setTimeout(() => controller.abort(), 20)
  const result = await tune(request({ backend: hanging, signal: controller.signal }))
  expect(result).toEqual({
    status: 'interrupted',
    trials: [],
    spaceCount: POOL.count,
    isComplete: false,
    checkedSteps: 9,
  })
})

test('a finished log is not worked on again', async () => {
  const log = memoryLog()
  const before = tunedBy(await tune(request({ log })))
  const lines = log.entries.length
  const idle = { ...simulated(), load: () => Promise.reject(new Error('nothing is to be loaded')) }
  const again = memoryLog(log.entries)
  expect(tunedBy(await tune(request({ backend: idle, log: again }))).config).toEqual(before.config)
  expect(again.entries).toHaveLength(lines)
})

test('where the reference would take long, fewer steps are compared, and the rest has to be finite', async () => {
  const protocol = { ...QUICK, checkOperations: 5 * 2 * 8 * 64 }
  const events: TuneEvent[] = []
  const good = tunedBy(await tune(request({ protocol, trials: 3, onEvent: (event) => events.push(event) })))
  expect(good.checkedSteps).toBe(5)
  expect(events).toContainEqual({ type: 'checking', problem: { ...PROBLEM, time: 5 } })
  const wrongAt = (index: number, value: number) =>
    changed(simulated(), (loaded) => ({
      async run(plan, inputs) {
        const ran = await loaded.run(plan, inputs)
        const isWhole = ran.status === 'ran' && ran.outputs['h']!.length === 2 * 9 * 8
        return isWhole ? { ...ran, outputs: withValue(ran.outputs, index, value) } : ran
      },
    }))
  // b=0 t=4 is among the steps that are known, b=0 t=6 is not.
  const known = await tune(request({ protocol, trials: 2, backend: wrongAt(4 * 8, 9) }))
  expect(known).toMatchObject({ status: 'failed', trials: [{ status: 'correctness', reason: 'unstable' }, {}] })
  const unknown = await tune(request({ protocol, trials: 2, backend: wrongAt(6 * 8, NaN) }))
  expect(unknown).toMatchObject({ status: 'failed', trials: [{ message: 'h is not a number at b=0 t=6 c=0' }, {}] })
})

test('a strategy that does not exist is refused', async () => {
  await expect(tune(request({ strategy: 'luck' as 'model' }))).rejects.toMatchObject({
    code: 'E_STRATEGY',
    message: 'strategy: no strategy named luck; there are model, spread, exhaustive',
  })
})

test('a log is enough to simulate the device it came from', async () => {
  expect(logOfAll()).toHaveLength(POOL.ranked.length)
  const result = tunedBy(await tune(request({ strategy: 'exhaustive' })))
  expect(truth(result.config)).toBe(BEST)
  expect(result.measurement).toMatchObject({ medianNs: BEST, clock: 'wall' })
})

import { expect, test } from 'vitest'
import { hashOf } from '@tilewright/kernels'
import { DEVICE, ID, PROBLEM, QUICK, simulated } from './fixture.ts'
import {
  checkResumable,
  LOG_FORMAT,
  logLine,
  readLog,
  trialsOf,
  type LogEntry,
  type LogHeader,
  type TrialLog,
} from './log.ts'
import { tune } from './tune.ts'
import { replay } from './winner.ts'

const HEADER: LogHeader = {
  format: LOG_FORMAT,
  tool: 'tilewright 0.1.0',
  backend: 'webgpu:0',
  evidence: 'measured',
  device: DEVICE,
  fingerprint: { adapter: 'lavapipe', driver: 'Mesa 25.0.7' },
  rulesSha256: hashOf('rules'),
  templateSha256: hashOf('template'),
  kernel: ID,
  problem: PROBLEM,
  seed: 1,
  strategy: 'spread',
  protocol: QUICK,
}

const WRONG: LogEntry = {
  type: 'trial',
  config: { A: 1 },
  status: 'correctness',
  reason: 'nan',
  error: { output: 'h', relative: Infinity, allowed: 1e-5 },
}

test('what is written is what is read, infinity too', () => {
  const text = `${logLine(HEADER)}\n${logLine(WRONG)}\n`
  expect(readLog(text)).toEqual({ header: HEADER, entries: [WRONG], length: text.length })
})

test('a torn last line is left out, wherever it is torn', () => {
  const whole = `${logLine(HEADER)}\n${logLine(WRONG)}\n`
  const torn = `${logLine(WRONG)}`
  for (let length = 0; length <= torn.length; length++) {
    const text = whole + torn.slice(0, length)
    expect(readLog(text)).toEqual({ header: HEADER, entries: [WRONG], length: whole.length })
  }
  expect(readLog('')).toBeUndefined()
  expect(readLog(logLine(HEADER).slice(0, 40))).toBeUndefined()
})

test('a file that is no log is refused with its line', () => {
  const line = `${logLine(HEADER)}\n`
  const code = 'E_LOG_FORMAT'
  expect(() => readLog('# notes', 'notes.md')).toThrow(expect.objectContaining({ code }))
  expect(() => readLog('{"a":1}\n', 'a.json')).toThrow(
    'a.json:1: is not the header of tilewright-trials/1; name a log that tune wrote, or another path',
  )
  expect(() => readLog(`${line}{"type":"trial",\n${line}`, 'x')).toThrow('x:2: is not JSON;')
  expect(() => readLog(`${line}{"type":"trial"}\n`, 'x')).toThrow('x:2: is neither a trial nor a final;')
})

test('a log of other conditions is refused, and the field is named', () => {
  const refusal = (change: Partial<LogHeader>): unknown => {
    try {
      checkResumable({ ...HEADER, ...change }, HEADER, 'trials.jsonl')
    } catch (error) {
      return error
    }
    return undefined
  }
  const message = (text: string): unknown => expect.objectContaining({ code: 'E_LOG_MISMATCH', message: text })
  const end = '; run without --resume and name another path'
  expect(refusal({ problem: { ...PROBLEM, batch: 7 } })).toEqual(
    message(`trials.jsonl: the log has another problem.batch: 7, this run has 2${end}`),
  )
  expect(refusal({ fingerprint: { adapter: 'lavapipe', driver: 'Mesa 24' } })).toEqual(
    message(`trials.jsonl: the log has another fingerprint.driver: "Mesa 24", this run has "Mesa 25.0.7"${end}`),
  )
  for (const change of [
    { device: { ...DEVICE, name: 'other' } },
    { rulesSha256: hashOf('other') },
    { templateSha256: hashOf('other') },
    { kernel: { ...ID, target: 'cuda' } },
    { protocol: { ...QUICK, measureMs: 3 } },
    { evidence: 'compiled' },
  ] as const)
    expect(refusal(change)).toMatchObject({ code: 'E_LOG_MISMATCH' })
  expect(refusal({ tool: 'tilewright 9', seed: 2, strategy: 'model' })).toBeUndefined()
})

test('the winner follows from the text of the log alone', async () => {
  for (const seed of [1, 2, 3, 4]) {
    const lines: string[] = []
    const log: TrialLog = {
      open: (header) => {
        lines.push(logLine(header))
        return Promise.resolve([])
      },
      append: (entry) => Promise.resolve(void lines.push(logLine(entry))),
      close: () => Promise.resolve(),
    }
    const backend = simulated({
      noise: 0.2,
      seed,
      override: (_, rank) => (rank % 4 === 1 ? { status: 'correctness' } : undefined),
    })
    const result = await tune({ id: ID, problem: PROBLEM, backend, seed, protocol: QUICK, log, trials: 12 })
    const read = readLog(`${lines.join('\n')}\n`)!
    if (result.status !== 'tuned') throw new Error(result.status)
    expect(replay(read)).toEqual({ trial: result.trial, final: result.final })
    expect(trialsOf(read.entries)).toEqual(result.trials)
  }
})

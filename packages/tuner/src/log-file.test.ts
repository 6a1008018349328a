import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ID, PROBLEM, QUICK, simulated } from './fixture.ts'
import { logFile } from './log-file.ts'
import { readLog } from './log.ts'
import { tune } from './tune.ts'
import type { TuneRequest } from './tune-types.ts'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tuner-'))
  path = join(folder, 'trials.jsonl')
})

afterEach(() => rm(folder, { recursive: true }))

function request(change: Partial<TuneRequest> = {}): TuneRequest {
  return { id: ID, problem: PROBLEM, backend: simulated(), seed: 1, protocol: QUICK, trials: 6, ...change }
}

async function lines(): Promise<number> {
  return (await readFile(path, 'utf8')).split('\n').length - 1
}

test('every trial is in the file when it is told of', async () => {
  const seen: (readonly [number, number])[] = []
  const pending: Promise<void>[] = []
  const onEvent: TuneRequest['onEvent'] = (event) => {
    if (event.type === 'trial') pending.push(lines().then((count) => void seen.push([event.done, count])))
  }
  await tune(request({ log: logFile(path), onEvent }))
  await Promise.all(pending)
  for (const [done, count] of seen) expect(count).toBeGreaterThanOrEqual(done + 1)
  // Header, six trials, one final.
  expect(await lines()).toBe(8)
})

test('a log that was torn in the middle of a line goes on where its last whole line ends', async () => {
  const first = await tune(request({ log: logFile(path) }))
  const whole = await readFile(path, 'utf8')
  const begin = whole.split('\n').slice(0, 4).join('\n')
  await writeFile(path, `${begin}\n{"type":"trial","config":{"CHANNEL_LA`)
  const second = await tune(request({ log: logFile(path, { resume: true }) }))
  const read = readLog(await readFile(path, 'utf8'))!
  expect(read.entries.filter(({ type }) => type === 'trial')).toHaveLength(6)
  if (first.status !== 'tuned' || second.status !== 'tuned') throw new Error('not tuned')
  expect(second.trials.map(({ config }) => config)).toEqual(first.trials.map(({ config }) => config))
  expect(second.config).toEqual(first.config)
})

test('a log that is there is not overwritten', async () => {
  await tune(request({ log: logFile(path) }))
  const before = await readFile(path, 'utf8')
  await expect(tune(request({ log: logFile(path) }))).rejects.toMatchObject({
    code: 'E_LOG_EXISTS',
    message: `${path}: a trial log is there already; resume it with --resume, or name another path`,
  })
  expect(await readFile(path, 'utf8')).toBe(before)
})

test('a log of another problem is refused and left as it is', async () => {
  await tune(request({ log: logFile(path) }))
  await appendFile(path, '{"type":')
  const before = await readFile(path, 'utf8')
  const other = request({ problem: { ...PROBLEM, batch: 3 }, log: logFile(path, { resume: true }) })
  await expect(tune(other)).rejects.toMatchObject({
    code: 'E_LOG_MISMATCH',
    message: expect.stringContaining('problem.batch: 2'),
  })
  expect(await readFile(path, 'utf8')).toBe(before)
})

test("somebody else's file is refused and left as it is", async () => {
  await writeFile(path, 'one line without an end')
  for (const resume of [true, false])
    await expect(tune(request({ log: logFile(path, { resume }) }))).rejects.toMatchObject({ code: 'E_LOG_FORMAT' })
  expect(await readFile(path, 'utf8')).toBe('one line without an end')
})

test('nothing to resume is a new log', async () => {
  await writeFile(path, '{"format":"tilewright-tr')
  await tune(request({ log: logFile(path, { resume: true }) }))
  expect(readLog(await readFile(path, 'utf8'))!.header.problem).toEqual(PROBLEM)
})

test('a folder that does not exist is an error of the file system', async () => {
  await expect(tune(request({ log: logFile(join(folder, 'no', 'trials.jsonl')) }))).rejects.toMatchObject({
    code: 'ENOENT',
  })
})

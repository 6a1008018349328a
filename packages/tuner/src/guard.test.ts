import { expect, test } from 'vitest'
import type { Failure } from './backend.ts'
import { guarded, isFailure } from './guard.ts'

interface Done {
  readonly status: 'done'
}

const done: Done = { status: 'done' }
const LONG = { stepTimeoutMs: 60_000 }

test('an answer and a failure pass through', async () => {
  const failure: Failure = { status: 'compile', reason: 'syntax', message: 'no' }
  expect(await guarded<Done>(() => Promise.resolve(done), LONG)).toBe(done)
  expect(await guarded<Done>(() => Promise.resolve(failure), LONG)).toBe(failure)
  expect(isFailure(failure)).toBe(true)
  expect(isFailure(done)).toBe(false)
})

test('a throw and a rejection are failures of the run', async () => {
  const thrown = (): Promise<Done> => {
    throw new Error('device lost')
  }
  const wanted = { status: 'runtime', reason: 'threw', message: 'device lost' }
  expect(await guarded(thrown, LONG)).toEqual(wanted)
  expect(await guarded(() => Promise.reject<Done>(new Error('device lost')), LONG)).toEqual(wanted)
})

test('no answer is a timeout', async () => {
  const hang = guarded(() => new Promise<Done>(() => {}), { stepTimeoutMs: 5 })
  expect(await hang).toMatchObject({ status: 'timeout', reason: 'hang' })
})

test('an abort does not wait for the step', async () => {
  const controller = new AbortController()
  const hang = guarded(() => new Promise<Done>(() => {}), { ...LONG, signal: controller.signal })
  controller.abort(new Error('stop'))
  await expect(hang).rejects.toThrow('stop')
  let isCalled = false
  const late = guarded<Done>(
    () => {
      isCalled = true
      return Promise.resolve(done)
    },
    { ...LONG, signal: controller.signal },
  )
  await expect(late).rejects.toThrow('stop')
  expect(isCalled).toBe(false)
})

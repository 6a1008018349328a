import {
  planOf,
  problemText,
  relativeError,
  type Configuration,
  type reference,
  type Tensors,
} from '@tilewright/kernels'
import type { Backend } from '@tilewright/tuner'
import { expect } from 'vitest'
import { kernelId, problemOf, rendered, SEED, type Case } from './kernels.ts'

/** The largest error of a float32 scan, relative to the largest magnitude of its tensor. */
export const LARGEST_ERROR = 5e-6

/** A kernel that was compiled for one case. It runs every case that differs from it in batch and time alone. */
export interface Runner {
  readonly config: Configuration
  run(each: Case, inputs: Tensors): Promise<Tensors>
}

export async function runnerOf(backend: Backend, compiled: Case, config: Configuration): Promise<Runner> {
  const loaded = await backend.load(rendered(compiled, backend.device, config))
  if (loaded.status !== 'loaded') throw new Error(`${runText(compiled, config)}: ${loaded.message}`)
  return {
    config,
    async run(each, inputs) {
      const ran = await loaded.run(planOf(kernelId(each, backend.target), problemOf(each), config), inputs)
      if (ran.status !== 'ran') throw new Error(`${runText(each, config)}: ${ran.message}`)
      return ran.outputs
    },
  }
}

/** What ran, for a message. */
export function runText(each: Case, config: Configuration): string {
  return `${each.pass ?? 'forward'} ${problemText(problemOf(each))} ${JSON.stringify(config)} seed ${SEED}`
}

/** Every output of the reference is there, and as near as float32 comes. */
export function expectAccurate(outputs: Tensors, exact: ReturnType<typeof reference>, about: string): void {
  for (const [name, values] of Object.entries(exact))
    expect(relativeError(outputs[name]!, values).value, `${name}, ${about}`).toBeLessThan(LARGEST_ERROR)
}

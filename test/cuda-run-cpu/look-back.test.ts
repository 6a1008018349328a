import { cudaCpuBackend } from '@tilewright/backend-cuda'
import { reference, sampleInputs, type Tensors } from '@tilewright/kernels'
import type { Backend } from '@tilewright/tuner'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problemOf, rendered, SEED, type Case } from '../support/kernels.ts'
import { expectAccurate, runText } from '../support/runner.ts'
import { configurationsOf } from '../support/scan.ts'
import { toolchain } from '../support/toolchain.ts'

let backend: Backend

beforeAll(async () => {
  backend = cudaCpuBackend({ toolchain: await toolchain() })
})

afterAll(() => backend.close())

// On the CPU a block runs to its end before the next takes its tile, so that each finds the state of the tile before it.
// On a GPU many find only sums there. Here a block sees no state but that of every so manieth tile, or of none.
const ASKED = 'asker <= last ? load_acquire(flags + last - asker) : KNOWN'
const seen = (every: number): string =>
  `asker <= last ? min(load_acquire(flags + last - asker), (last - asker) % ${every} == ${every} - 1 ? KNOWN : SUMMED) : KNOWN`

test.each(['forward', 'backward'] as const)(
  '%s: the same bits, however far back the nearest state is that a block knows',
  async (pass) => {
    // The coefficients of this cell are as good as 1 often enough for a state to be seen many tiles on.
    const each: Case = { cell: 'linear', pass, dtype: 'f32', batch: 2, time: 300, heads: 1, headDim: 20 }
    const problem = problemOf(each)
    const sampled = sampleInputs(problem, pass, SEED)
    const inputs = { ...sampled, a: sampled['a']!.map((a) => 1 - a / 32) }
    const [config] = configurationsOf(each, backend.device, 'look-back', { count: 1, rule: 'CHUNK <= 4' })
    const kernel = rendered(each, backend.device, config!)
    expect(kernel.source.split(ASKED).length, 'places that ask').toBe(2)
    const runs: Tensors[] = []
    for (const every of [1, 2, 3, 40, 1000]) {
      const loaded = await backend.load({ ...kernel, source: kernel.source.replace(ASKED, seen(every)) })
      if (loaded.status !== 'loaded') throw new Error(loaded.message)
      const ran = await loaded.run(kernel.plan, inputs)
      if (ran.status !== 'ran') throw new Error(`every ${every}: ${ran.message}`)
      const about = `states of every ${every}, ${runText(each, config!)}`
      expectAccurate(ran.outputs, reference(problem, pass, inputs), about)
      runs.push(ran.outputs)
      expect(ran.outputs, about).toEqual(runs[0])
    }
  },
)

import { generate } from '@tilewright/codegen'
import { device } from '@tilewright/devices'
import { reference, relativeError, sampleInputs, spaceOf, toleranceOf } from '@tilewright/kernels'
// eslint-disable-next-line
import { sample, minimise } from '@tilewright/solver'
import { expect, test } from 'vitest'
import { cudaBackend, cudaCpuBackend } from './backend.ts'
import { findToolchain } from './toolchain.ts'

const cases = [
  ['recurrent-fused', 'lstm', 'bf16', 3, 16, 2, 48],
  ['recurrent-fused', 'lstm', 'bf16', 16, 16, 1, 256],
  ['recurrent-fused', 'lstm', 'bf16', 16, 4, 1, 768],
  ['recurrent-fused', 'gru', 'f32', 5, 7, 1, 64],
  ['recurrent-fused', 'slstm', 'f32', 5, 7, 2, 40],
  ['scan', 'mingru', 'f32', 3, 100, 1, 96],
  ['scan', 'linear', 'bf16', 3, 100, 2, 64],
] as const
test('real', { timeout: 600_000 }, async () => {
  const toolchain = await findToolchain()
  if (toolchain.status !== 'found') throw new Error('x')
  const h100 = cudaBackend(device('h100-sxm') as never, { toolchain })
  const cpu = cudaCpuBackend({ toolchain, seed: 1 })
  for (const [kernel, cell, dtype, batch, time, heads, headDim] of cases) {
    const problem = { cell, dtype, batch, time, heads, headDim }
    const id = { kernel, pass: 'forward', target: 'cuda' } as const
    for (const backend of [h100, cpu]) {
      try {
        const space = spaceOf(id, problem, backend.device)
        const best = minimise(space)
        const configs = [...(best.status === 'optimal' ? [best.configuration] : []), ...sample(space, backend === cpu && headDim < 100 ? 2 : 0, 7)]
        for (const config of configs) {
          const k = generate({ ...id, problem, config })
          const inputs = sampleInputs(problem, 3)
          const t0 = performance.now()
          const loaded = await backend.load(k)
          if (loaded.status !== 'loaded') { console.log(kernel, cell, backend.name, loaded); continue }
          const t1 = performance.now()
          const ran = await loaded.run(k.plan, inputs)
          const t2 = performance.now()
          const again = await loaded.run(k.plan, inputs)
          const t3 = performance.now()
          if (ran.status !== 'ran') { console.log(kernel, cell, backend.name, ran); continue }
          const wanted = reference(problem, inputs)
          const errors = Object.entries(wanted).map(([n, v]) => relativeError(ran.outputs[n]!, v).value)
          console.log(kernel, cell, dtype, headDim, backend.name, k.plan.dispatches.map((d) => `${d.grid}x${d.block}`).join(), `load ${(t1 - t0) | 0} first ${(t2 - t1) | 0} again ${(t3 - t2) | 0} ms`, loaded.report?.registers, loaded.report?.spillBytes, Math.max(...errors) < toleranceOf(problem) ? 'OK' : 'WRONG', errors, again.status)
        }
      } catch (e) { console.log(kernel, cell, backend.name, String(e)) }
    }
  }
  expect(1).toBe(1)
})

import { cudaBackend } from '@tilewright/backend-cuda'
import { device, type CudaDevice } from '@tilewright/devices'
import { problemText, spaceOf, type Problem } from '@tilewright/kernels'
import { evaluate, sample } from '@tilewright/solver'
import { expect, test } from 'vitest'
import { kernelId, rendered, SEED } from '../support/kernels.ts'
import { toolchain } from '../support/toolchain.ts'

const HEAD_DIMS = [45, 128, 215, 362, 609, 724]

// The promise of the register rule on a small draw; `npm run check:registers` draws hundreds.
test.each(['h100-sxm', 'a100-80gb', 'rtx-4090', 'l4'])(
  '%s: what is drawn from the fused LSTM spaces compiles without spills, within the registers that the rules assume',
  async (name) => {
    const gpu = device(name) as CudaDevice
    const backend = cudaBackend(gpu, { toolchain: await toolchain() })
    for (const [i, headDim] of HEAD_DIMS.entries()) {
      const dtype = i % 2 === 0 ? 'bf16' : 'f32'
      const problem: Problem = { cell: 'lstm', dtype, batch: 16, time: 1024, heads: 1, headDim }
      const space = spaceOf(kernelId(problem, 'cuda'), problem, gpu)
      const [config] = sample(space, 1, SEED + i)
      const what = `${problemText(problem)} ${JSON.stringify(config)}, seed ${SEED + i}`
      expect(config, what).toBeDefined()
      const loaded = await backend.load(rendered(problem, gpu, config!))
      expect(loaded, what).toMatchObject({ status: 'loaded', report: { spillBytes: 0 } })
      const { REGISTERS } = evaluate(space.model, { ...space.givens, ...config }, ['REGISTERS'])
      if (loaded.status === 'loaded') expect(loaded.report!.registers, what).toBeLessThanOrEqual(REGISTERS!)
    }
    await backend.close()
  },
)

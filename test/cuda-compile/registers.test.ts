import { cudaBackend } from '@tilewright/backend-cuda'
import { device, type CudaDevice } from '@tilewright/devices'
import { problemText, spaceOf, type Problem } from '@tilewright/kernels'
import { evaluate, sample } from '@tilewright/solver'
import { expect, test } from 'vitest'
import { kernelId, rendered, SEED } from '../support/kernels.ts'
import { toolchain } from '../support/toolchain.ts'

const DEVICES = ['h100-sxm', 'a100-80gb', 'rtx-4090', 'l4']
const HEAD_DIMS = { bf16: [45, 215, 609], f32: [96, 128, 362] } as const

// The promise of the register rule is one in a hundred, measured by `npm run check:registers`. Of this draw of 24 one may
// be such a freak of the compiler; two are a rule that lost its constants.
test('what is drawn from the fused LSTM spaces compiles without spills, within the registers that the rules assume', async () => {
  const tools = await toolchain()
  const refused: string[] = []
  for (const name of DEVICES) {
    const gpu = device(name) as CudaDevice
    const backend = cudaBackend(gpu, { toolchain: tools })
    for (const dtype of ['bf16', 'f32'] as const)
      for (const headDim of HEAD_DIMS[dtype]) {
        const problem: Problem = { cell: 'lstm', dtype, batch: 16, time: 1024, heads: 1, headDim }
        const space = spaceOf(kernelId(problem, 'cuda'), problem, gpu)
        const [config] = sample(space, 1, SEED)
        const what = `${problemText(problem)} on ${name} ${JSON.stringify(config)}, seed ${SEED}`
        expect(config, what).toBeDefined()
        const loaded = await backend.load(rendered(problem, gpu, config!))
        expect(loaded, what).toMatchObject({ status: 'loaded' })
        if (loaded.status !== 'loaded') continue
        const { spillBytes, registers } = loaded.report!
        const { REGISTERS } = evaluate(space.model, { ...space.givens, ...config }, ['REGISTERS'])
        if (spillBytes > 0 || registers > REGISTERS!) refused.push(`${spillBytes} bytes spilt: ${what}`)
      }
    await backend.close()
  }
  expect(refused.length, refused.join('\n')).toBeLessThanOrEqual(1)
})

import { compile, cudaBackend } from '@tilewright/backend-cuda'
import { device, type CudaDevice } from '@tilewright/devices'
import { derive, problemText } from '@tilewright/kernels'
import { expect, test } from 'vitest'
import { toolchain } from '../support/toolchain.ts'
import { configurations, kernelId, oddCases, problemOf, rendered, type Case } from '../support/kernels.ts'

const LARGE: readonly Case[] = [
  { cell: 'lstm', dtype: 'bf16', batch: 16, time: 1024, heads: 1, headDim: 768 },
  { cell: 'lstm', dtype: 'f32', batch: 16, time: 1024, heads: 1, headDim: 256 },
  { cell: 'gru', dtype: 'bf16', batch: 64, time: 1024, heads: 4, headDim: 192 },
  { cell: 'lstm', dtype: 'f16', batch: 16, time: 1024, heads: 1, headDim: 512 },
  { cell: 'mingru', dtype: 'bf16', batch: 16, time: 1024, heads: 1, headDim: 768 },
  { cell: 'mingru', pass: 'backward', dtype: 'f16', batch: 16, time: 1024, heads: 1, headDim: 768 },
  { cell: 'minlstm', pass: 'backward', dtype: 'bf16', batch: 16, time: 1024, heads: 1, headDim: 768 },
]

// One device for each architecture: compute capability 8.0, 9.0 and 12.0.
test.each(['a100-80gb', 'h100-sxm', 'rtx-5090'])(
  '%s: what the rules admit compiles without warnings or spills',
  async (name) => {
    const gpu = device(name) as CudaDevice
    const tools = await toolchain()
    const backend = cudaBackend(gpu, { toolchain: tools })
    const problems = name === 'h100-sxm' ? [...LARGE, ...oddCases('f32'), ...oddCases('bf16')] : LARGE
    for (const each of problems)
      for (const config of configurations(each, gpu, name === 'h100-sxm' ? 1 : 0)) {
        const problem = problemOf(each)
        const kernel = rendered(each, gpu, config)
        const loaded = await backend.load(kernel)
        const what = `${problemText(problem)} ${JSON.stringify(config)}`
        expect(loaded, what).toMatchObject({ status: 'loaded', report: { spillBytes: 0 } })
        expect(await compile(kernel.source, { toolchain: tools, architecture: gpu.architecture }), what).toMatchObject({
          warnings: '',
        })
        if (loaded.status !== 'loaded' || kernelId(each, 'cuda').kernel === 'scan') continue
        const { THREADS } = derive(kernelId(each, 'cuda'), problem, config, ['THREADS'])
        // What the launch needs: all registers of a block in the file (CUDA programming guide, 65,536 per multiprocessor).
        expect(loaded.report!.registers * THREADS! * config['BLOCKS_PER_SM']!, what).toBeLessThanOrEqual(65536)
      }
    await backend.close()
  },
)

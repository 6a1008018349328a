import { test } from 'vitest'
import { device } from '@tilewright/devices'
import { spaceOf, sampleInputs, reference, toleranceOf } from '@tilewright/kernels'
import { generate } from '@tilewright/codegen'
import { best, count } from '@tilewright/solver'
test('x', () => {
  for (const [k, cell, target, dev, dtype, D] of [['scan','mingru','wgsl','webgpu-default','f32',8],['scan','mingru','wgsl','webgpu-default','f32',96],['recurrent-fused','lstm','wgsl','webgpu-default','f32',96],['recurrent-fused','lstm','cuda','h100-sxm','bf16',768],['scan','mingru','cuda','h100-sxm','bf16',768]] as const) {
    const problem = { cell, dtype, batch: 3, time: 9, heads: 1, headDim: D }
    const id = { kernel: k, pass: 'forward', target } as const
    let t0 = performance.now()
    try {
    const space = spaceOf(id, problem, device(dev))
    const n = count(space)
    const t1 = performance.now()
    const b = best(space, 4096)
    const t2 = performance.now()
    console.log(k, target, D, n, 'count ms', t1 - t0, 'best ms', t2 - t1, b.length, b[0])
    t0 = performance.now()
    const inputs = sampleInputs(problem, 1)
    const t3 = performance.now()
    const e = reference(problem, inputs)
    console.log('inputs', t3 - t0, 'ref', performance.now() - t3, Object.keys(e), toleranceOf(problem, target))
    const kern = generate({ ...id, problem, config: b[0]!.configuration })
    console.log(kern.entryPoint, kern.plan.dispatches.length)
    } catch (e) { console.log(k, cell, String((e as Error).stack)) }
  }
})

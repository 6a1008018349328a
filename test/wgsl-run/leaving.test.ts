import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

// Minutes on a CPU: the process must not wait for it.
const LONG = 2_000_000_000

// From the build, in a process of its own: how a process ends is what is tested.
const program = (iterations: number, deadlineMs: number, ending: string) => `
import { webgpuBackend } from '@tilewright/backend-webgpu'
import { nodeGpu } from '@tilewright/backend-webgpu/node'

const source = \`
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
// \${Math.random()}: no shader cache knows this source
@compute @workgroup_size(64) fn spin(@builtin(global_invocation_id) id: vec3<u32>) {
  var sum = x[id.x] + f32(\${Date.now() % 1000});
  for (var i = 0; i < ${iterations}; i++) { sum = sum * 0.999 + x[(id.x + u32(i)) % 64]; }
  y[id.x] = sum;
}\`
const buffer = (role, name) => ({ role, name, dtype: 'f32', shape: [64] })
const launch = { entryPoint: 'spin', grid: [1, 1, 1], block: [64, 1, 1], sharedBytes: 0, cooperative: false, buffers: ['x', 'y'], scalars: [] }
const plan = { buffers: [buffer('input', 'x'), buffer('output', 'y')], dispatches: [launch] }
const backend = await webgpuBackend(await nodeGpu(), { deadlineMs: ${deadlineMs} })
const loaded = await backend.load({ source, plan, entryPoint: 'spin' })
const run = loaded.run(plan, { x: new Float32Array(64) })
${ending}`

function endOf(iterations: number, deadlineMs: number, ending: string) {
  const args = ['--input-type=module', '-e', program(iterations, deadlineMs, ending)]
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 })
  return { status, signal, stdout, stderr }
}

test('a process with a kernel that is past its deadline ends with its own exit code', () => {
  const ending = 'const { status } = await run; console.log(status); await backend.close(); process.exit(5)'
  expect(endOf(LONG, 50, ending)).toEqual({ status: 5, signal: null, stdout: 'timeout\n', stderr: '' })
})

test('a process that exits while a kernel runs or compiles ends with its own exit code', () => {
  for (const delayMs of [5, 20, 40, 80])
    expect(endOf(LONG, 60_000, `setTimeout(() => process.exit(7), ${delayMs})`)).toEqual({
      status: 7,
      signal: null,
      stdout: '',
      stderr: '',
    })
})

test('a process that closes its backend ends by itself, without a word on stderr', () => {
  expect(endOf(1000, 60_000, 'const { status } = await run; await backend.close(); console.log(status)')).toEqual({
    status: 0,
    signal: null,
    stdout: 'ran\n',
    stderr: '',
  })
})

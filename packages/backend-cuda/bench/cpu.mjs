// npm run bench:cuda-cpu [-- --head-dim 256] [--rounds 7]: what checking a fused LSTM on the CPU costs: the compilers and the
// translation cold (an empty cache) and warm, then 16 steps of batch 16, plain and watched in turns. Only the cost of
// checking: a time on the CPU says nothing about a GPU.
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildModule, compile, findToolchain, runModule } from '../dist/index.js'
import { generate } from '@tilewright/codegen'
import { device } from '@tilewright/devices'
import { sampleInputs, spaceOf } from '@tilewright/kernels'
import { best } from '@tilewright/solver'

const { values } = parseArgs({
  options: {
    'head-dim': { type: 'string', default: '256' },
    rounds: { type: 'string', default: '7' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('npm run bench:cuda-cpu -- [--head-dim 256] [--rounds 7]')
  process.exit(0)
}
const gpu = device('h100-sxm')
const id = { kernel: 'recurrent-fused', pass: 'forward', target: 'cuda' }
const problem = { cell: 'lstm', dtype: 'bf16', batch: 16, time: 16, heads: 1, headDim: Number(values['head-dim']) }
const [{ configuration }] = best(spaceOf(id, problem, gpu), 1)
const kernel = generate({ ...id, problem, config: configuration, device: gpu })
const inputs = sampleInputs(problem, 'forward', 1)
const toolchain = await findToolchain()
const cacheFolder = await mkdtemp(join(tmpdir(), 'tilewright-bench-'))

try {
  // The runtime is built once for a machine, by any module; this one is not part of what a kernel costs.
  const runtime = await timed(() => build(compile('extern "C" __global__ void nothing() {}', compilerOptions())))
  const cold = await buildTimes()
  const warm = await buildTimes()
  const { grid, block } = kernel.plan.dispatches[0]
  console.log(`${kernel.entryPoint}, ${grid.join(' x ')} blocks of ${block[0]} threads, batch 16, 16 steps`)
  console.log(`${cpus().length} cores of ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}\n`)
  row('', 'cold', 'cached')
  row('runtime, once for a machine', runtime.ms)
  row('nvcc and ptxas', cold.compile, warm.compile)
  row('translation and g++', cold.build, warm.build)
  const times = { plain: [], watched: [] }
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [name, list] of Object.entries(times)) list.push(await runTime(warm.module, name === 'watched'))
  console.log('')
  row('one run, ms', 'median', 'least', 'most')
  for (const [name, list] of Object.entries(times)) {
    const sorted = list.toSorted((a, b) => a - b)
    row(name, sorted[sorted.length >> 1], sorted[0], sorted.at(-1))
  }
} finally {
  await rm(cacheFolder, { recursive: true, force: true })
}

function compilerOptions() {
  return { toolchain, architecture: gpu.architecture, name: 'kernel', cacheFolder }
}

async function build(compiled) {
  const { ptx, message } = await compiled
  if (ptx === undefined) throw new Error(message)
  return buildModule(ptx, { cxx: toolchain.cxx, name: 'kernel', cacheFolder })
}

async function buildTimes() {
  const compiled = await timed(() => compile(kernel.source, compilerOptions()))
  const built = await timed(() => build(compiled.result))
  if (built.result.status !== 'built') throw new Error(built.result.message)
  return { compile: compiled.ms, build: built.ms, module: built.result }
}

async function runTime(module, watched) {
  const { ms, result } = await timed(() =>
    runModule(module, kernel.plan, inputs, { seed: 0, watched, timeoutMs: 600_000 }),
  )
  if (result.status !== 'ran') throw new Error(result.message)
  return ms
}

async function timed(work) {
  const began = performance.now()
  const result = await work()
  return { ms: performance.now() - began, result }
}

function row(name, ...cells) {
  const text = (cell) => (typeof cell === 'number' ? `${cell.toFixed(cell < 10 ? 1 : 0)}` : cell)
  console.log(`${name.padEnd(30)}${cells.map((cell) => text(cell).padStart(10)).join('')}`)
}

// npm run bench:scan -- --device webgpu [problem] [--candidates N] [--rounds N] [--json]
// For every algorithm times N configurations, half of them the best under the cost model and half drawn, and then the
// fastest three of each, once their outputs agree with the float64 reference, beside a copy of as many bytes and, where there
// are some, loops written by hand: in turns, so that what slows the machine down slows all of them. Prints the best of each.
import { parseArgs } from 'node:util'
import { generate } from '@tilewright/codegen'
import { isSoftware } from '@tilewright/devices'
import {
  algorithmsOf,
  assignmentsText,
  bytesOf,
  isOverTime,
  ofAlgorithm,
  problemText,
  spaceOf,
  tensorsOf,
} from '@tilewright/kernels'
import { best, sample } from '@tilewright/solver'
import { checkingProblem, median, verify } from '@tilewright/tuner'
import { problemOf } from '../dist/problem-options.js'
import { copyKernel } from './copy.mjs'
import { handKernels } from './hand.mjs'
import { CHECKED, end, inputsOf, openTimed } from './timed.mjs'

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'webgpu' },
    cell: { type: 'string', default: 'mingru' },
    ...Object.fromEntries(
      ['batch', 'time', 'heads', 'head-dim', 'dtype', 'layout', 'packed', 'checkpoint', 'pass'].map((name) => [
        name,
        { type: 'string' },
      ]),
    ),
    resets: { type: 'boolean' },
    candidates: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean' },
  },
})

// Many rows, and few: B x T x D.
const GPU_SHAPES = [
  [64, 1024, 1024],
  [16, 16384, 128],
  [1, 65536, 64],
]
const CPU_SHAPES = [
  [8, 512, 256],
  [1, 4096, 64],
  [1, 32768, 8],
]
const PROTOCOL = { warmupMs: 20, measureMs: 150, leastRuns: 5 }
// One brief timing errs by more than the fastest are apart.
const CONTENDERS = 3
const BRIEF = { warmupMs: 5, measureMs: 30, leastRuns: 3 }

const backend = await openTimed(values.device)
const results = []
for (const problem of problems()) {
  const result = await benched(problem, values.pass ?? 'forward')
  results.push(result)
  if (!values.json) console.log(tableOf(result))
}
if (values.json)
  console.log(JSON.stringify({ schemaVersion: 1, device: backend.name, fingerprint: backend.fingerprint, results }))
await backend.close()

function problems() {
  const flags = { ...values, headDim: values['head-dim'] }
  if (values.batch ?? values.time ?? values['head-dim']) return [problemOf(flags)]
  return (isSoftware(backend.device) ? CPU_SHAPES : GPU_SHAPES).map(([batch, time, headDim]) =>
    problemOf({ ...flags, batch: String(batch), time: String(time), headDim: String(headDim) }),
  )
}

async function benched(problem, pass) {
  const id = { kernel: 'scan', pass, target: backend.target }
  const inputs = inputsOf(id, problem)
  const space = spaceOf(id, problem, backend.device)
  const bytes = bytesMoved(problem, pass)
  const rows = []
  for (const algorithm of algorithmsOf('scan')) {
    const candidates = candidatesOf(ofAlgorithm(space, 'scan', algorithm)).map((config) => ({
      name: algorithm,
      ...generate({ ...id, problem, config }),
      inputs,
    }))
    const tried = await timedBriefly(candidates)
    for (const kernel of tried.slice(0, CONTENDERS))
      rows.push({
        ...(await checked(id, problem, kernel)),
        tried: tried.map(({ config, medianNs }) => ({ config, medianNs })),
      })
  }
  const hand = pass === 'forward' && rows[0] ? handKernels(id, problem, rows[0].plan) : []
  const copy = { name: 'copy', ...copyKernel(backend.target, bytes) }
  const kernels = [copy, ...rows, ...hand.map((kernel) => ({ ...kernel, inputs }))]
  const timed = bestOfEach(await inTurns(kernels))
  const copied = copy.bytes / timed.find(({ name }) => name === 'copy').medianNs
  return {
    problem,
    pass,
    bytes,
    rows: timed.map(({ name, config, tried, medianNs }) => {
      const rate = (name === 'copy' ? copy.bytes : bytes) / medianNs
      return {
        name,
        ...(config && { config }),
        ...(tried && { tried }),
        medianNs,
        gigabytesPerSecond: rate,
        ofCopy: rate / copied,
      }
    }),
  }
}

function candidatesOf(space) {
  const half = Math.max(1, Math.ceil(Number(values.candidates) / 2))
  const ranked = best(space, half).map(({ configuration }) => configuration)
  const others = sample(space, Number(values.candidates) - half, 1)
  return [...new Map([...ranked, ...others].map((config) => [JSON.stringify(config), config])).values()]
}

/** By one short timing each, the fastest first; what does not compile or run is out. */
async function timedBriefly(kernels) {
  const timed = []
  for (const [index, kernel] of kernels.entries()) {
    process.stderr.write(`\r${kernel.name} ${index + 1} of ${kernels.length}   `)
    const loaded = await backend.load(kernel)
    if (loaded.status !== 'loaded') continue
    const timing = await loaded.time(kernel.plan, kernel.inputs, BRIEF)
    loaded.release()
    if (timing.status === 'timed') timed.push({ ...kernel, medianNs: median(timing.durationsNs) })
  }
  return timed.sort((a, b) => a.medianNs - b.medianNs)
}

/** The kernel, once its outputs agree with the float64 reference. */
async function checked(id, problem, kernel) {
  const brief = checkingProblem(id, problem, CHECKED)
  const { status, message } = await verify({ id, problem: brief, backend, config: kernel.config, seed: 1 })
  if (status !== 'correct') end(`${kernel.name} ${assignmentsText(kernel.config)}: ${message}`, 5)
  return kernel
}

/** Every tensor over time once; states are few. */
function bytesMoved(problem, pass) {
  const { inputs, outputs } = tensorsOf(problem, pass)
  return [...inputs, ...outputs]
    .filter(isOverTime)
    .reduce((sum, { dtype, shape }) => sum + bytesOf(dtype) * shape.reduce((a, b) => a * b, 1), 0)
}

async function inTurns(kernels) {
  const runs = []
  for (const kernel of kernels) {
    const loaded = await backend.load(kernel)
    if (loaded.status !== 'loaded') end(`${kernel.name}: ${loaded.message}`, 5)
    runs.push({ ...kernel, loaded, durations: [] })
  }
  for (let round = 0; round < Number(values.rounds); round++) {
    process.stderr.write(`\rround ${round + 1} of ${values.rounds} `)
    for (const run of runs) {
      const timing = await run.loaded.time(run.plan, run.inputs, PROTOCOL)
      if (timing.status !== 'timed') end(`${run.name}: ${timing.message}`, 5)
      run.durations.push(...timing.durationsNs)
    }
  }
  process.stderr.write('\r                    \r')
  for (const { loaded } of runs) loaded.release()
  return runs.map(({ name, config, tried, durations }) => ({ name, config, tried, medianNs: median(durations) }))
}

/** The fastest of what has one name. */
function bestOfEach(runs) {
  const fastest = new Map()
  for (const run of runs) if (!(fastest.get(run.name)?.medianNs <= run.medianNs)) fastest.set(run.name, run)
  return [...fastest.values()]
}

function tableOf({ problem, pass, bytes, rows }) {
  const lines = rows.map(({ name, config, medianNs, gigabytesPerSecond, ofCopy }) => {
    const numbers = [
      `${(medianNs / 1e6).toFixed(3)} ms`.padStart(12),
      `${gigabytesPerSecond.toFixed(2)} GB/s`.padStart(13),
      `${(100 * ofCopy).toFixed(0)} % of copy`.padStart(14),
    ]
    const text = config ? assignmentsText(config) : ''
    return `${name.padEnd(32)}${numbers.join('')}  ${text}`
  })
  const head = `${backend.name}  ${pass}  ${problemText(problem)}: ${(bytes / 1e6).toFixed(1)} MB at least`
  return [head, ...lines, ''].join('\n')
}

// npm run bench:scan -- --device webgpu [problem] [--candidates N] [--rounds N] [--json]
// For every algorithm times N configurations, half of them the best under the cost model and half drawn, and then the
// fastest three of each, once their outputs agree with the float64 reference, beside a copy of as many bytes and, where there
// are some, loops written by hand: in turns, so that what slows the machine down slows all of them. Prints the best of each.
import { cellNames } from '@tilewright/cells'
import { generate } from '@tilewright/codegen'
import { isSoftware } from '@tilewright/devices'
import {
  algorithmsOf,
  assignmentsText,
  bytesOf,
  familyOf,
  isOverTime,
  ofAlgorithm,
  problemText,
  spaceOf,
  tensorsOf,
} from '@tilewright/kernels'
import { best, first, sample } from '@tilewright/solver'
import { checkingProblem, median, verify } from '@tilewright/tuner'
import { clash } from '../dist/explanation.js'
import { usage } from '../dist/exit-code.js'
import { countOf } from '../dist/option-value.js'
import { kernelOf, problemOf, withProblem } from '../dist/problem-options.js'
import { copyKernel } from './copy.mjs'
import { handKernels } from './hand.mjs'
import { orEnd, redraw, script } from './script.mjs'
import { CHECKED, end, inputsOf, openTimed } from './timed.mjs'

const command = withProblem(
  script('bench:scan', {
    description:
      'times the algorithms of a scan (of mingru unless --cell is given) beside a copy of as many bytes; without --batch, --time and --head-dim, for three usual shapes',
    example: '--device webgpu --cell mingru --batch 8 --time 512 --head-dim 256',
  }),
)
  .option('--device <dev>', 'webgpu, webgpu:1 or cuda:0', 'webgpu')
  .option('--candidates <count>', 'configurations of each algorithm to try', '8')
  .option('--rounds <count>', 'of the fastest, in turns', '5')
  .option('--json', 'one JSON document')

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

const { values, backend, problems, tries, rounds } = await orEnd(async () => {
  const given = command.parse().opts()
  const options = { ...given, cell: given.cell ?? 'mingru' }
  const counts = { tries: countOf('--candidates', options.candidates), rounds: countOf('--rounds', options.rounds) }
  const scans = cellNames().filter((name) => familyOf(name) === 'scan')
  if (familyOf(options.cell) !== 'scan')
    throw usage(`--cell: ${options.cell} is not a scan; there are ${scans.join(', ')}`)
  const opened = await openTimed(options.device)
  return { values: options, backend: opened, problems: problemsOf(options, opened), ...counts }
})
const results = []
for (const { id, problem } of problems) {
  const result = await benched(id, problem)
  results.push(result)
  if (!values.json) console.log(tableOf(result))
}
if (values.json)
  console.log(JSON.stringify({ schemaVersion: 1, device: backend.name, fingerprint: backend.fingerprint, results }))
await backend.close()

/** What is asked for, or else the usual shapes, each with its kernel; throws where one of them is wrong or does not fit. */
function problemsOf(options, { device }) {
  const isAsked = options.batch ?? options.time ?? options.headDim
  const usual = (isSoftware(device) ? CPU_SHAPES : GPU_SHAPES).map((shape) => {
    const [batch, time, headDim] = shape.map(String)
    return { ...options, batch, time, headDim }
  })
  return (isAsked ? [options] : usual).map((each) => {
    const problem = problemOf(each)
    const id = kernelOf(each, problem, device)
    if (first(spaceOf(id, problem, device)).status === 'infeasible') clash(id, problem, device, options)
    return { id, problem }
  })
}

async function benched(id, problem) {
  const { pass } = id
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
  const half = Math.max(1, Math.ceil(tries / 2))
  const ranked = best(space, half).map(({ configuration }) => configuration)
  const others = sample(space, tries - half, 1)
  return [...new Map([...ranked, ...others].map((config) => [JSON.stringify(config), config])).values()]
}

/** By one short timing each, the fastest first; what does not compile or run is out. */
async function timedBriefly(kernels) {
  const timed = []
  for (const [index, kernel] of kernels.entries()) {
    redraw(`${kernel.name} ${index + 1} of ${kernels.length}`)
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
  for (let round = 0; round < rounds; round++) {
    redraw(`round ${round + 1} of ${rounds}`)
    for (const run of runs) {
      const timing = await run.loaded.time(run.plan, run.inputs, PROTOCOL)
      if (timing.status !== 'timed') end(`${run.name}: ${timing.message}`, 5)
      run.durations.push(...timing.durationsNs)
    }
  }
  redraw('')
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

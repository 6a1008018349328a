// npm run bench:model -- --device cuda:0 [problem] [--pass P] [--best N] [--spread N] [--json]
// How well the cost model ranks: times its best configurations and others spread evenly over its ranking, each after its
// outputs were compared with the float64 reference, and prints what the model's first choice loses to the fastest, and how
// the two orders agree (Spearman's rank correlation).
import { generate } from '@tilewright/codegen'
import { assignmentsText, problemText, spaceOf } from '@tilewright/kernels'
import { best, first } from '@tilewright/solver'
import { checkingProblem, median, verify } from '@tilewright/tuner'
import { clash } from '../dist/explanation.js'
import { countOf } from '../dist/option-value.js'
import { kernelOf, problemOf, withProblem } from '../dist/problem-options.js'
import { orEnd, redraw, script } from './script.mjs'
import { CHECKED, inputsOf, openTimed } from './timed.mjs'

const LARGEST_RANKING = 20_000
const PROTOCOL = { warmupMs: 5, measureMs: 40, leastRuns: 5 }

const command = withProblem(
  script('bench:model', {
    description:
      'how well the cost model ranks (for lstm unless --cell is given): times its best configurations and others, spread over its ranking',
    example: '--device webgpu --cell mingru --batch 8 --time 512 --head-dim 256',
  }),
)
  .option('--device <dev>', 'webgpu, webgpu:1 or cuda:0', 'webgpu')
  .option('--best <count>', 'configurations from the top of the ranking', '8')
  .option('--spread <count>', 'configurations from the rest of it', '24')
  .option('--json', 'one JSON document')

const { values, backend, problem, id, few, spread } = await orEnd(async () => {
  const options = command.parse().opts()
  const asked = problemOf({ ...options, cell: options.cell ?? 'lstm' })
  const counts = { few: countOf('--best', options.best), spread: countOf('--spread', options.spread) }
  const opened = await openTimed(options.device)
  const kernel = kernelOf(options, asked, opened.device)
  if (first(spaceOf(kernel, asked, opened.device)).status === 'infeasible') clash(kernel, asked, opened.device, options)
  return { values: options, backend: opened, problem: asked, id: kernel, ...counts }
})
const timed = []
const candidates = candidatesOf(best(spaceOf(id, problem, backend.device), LARGEST_RANKING))
const inputs = inputsOf(id, problem)
for (const [index, candidate] of candidates.entries()) {
  redraw(`${index + 1} of ${candidates.length}`)
  timed.push({ ...candidate, ...(await measured(candidate.config)) })
}
redraw('')
await backend.close()

const correct = timed.filter(({ status }) => status === 'correct')
const { device, fingerprint } = backend
const head = { schemaVersion: 1, device: device.name, fingerprint, kernel: id, problem, ...summaryOf(correct) }
if (values.json) console.log(JSON.stringify({ ...head, configurations: timed }))
else console.log(textOf(head))
process.exitCode = correct.length === 0 || timed.some(({ status }) => status === 'correctness') ? 5 : 0

/** The best few, and as many as are wanted at even steps down the rest of the ranking. */
function candidatesOf(ranking) {
  const rest = ranking.slice(few)
  const spaced = Array.from({ length: spread }, (_, i) => rest[Math.floor(((i + 0.5) * rest.length) / spread)])
  const chosen = new Set([...ranking.slice(0, few), ...spaced.filter(Boolean)])
  return [...chosen].map(({ configuration, objective }) => ({ config: configuration, objective }))
}

async function measured(config) {
  const brief = checkingProblem(id, problem, CHECKED)
  const { status, message, report } = await verify({ id, problem: brief, backend, config, seed: 1 })
  if (status !== 'correct') return { status, message }
  const kernel = generate({ ...id, problem, config, device: backend.device })
  const loaded = await backend.load(kernel)
  if (loaded.status !== 'loaded') return { status: loaded.status, message: loaded.message }
  const timing = await loaded.time(kernel.plan, inputs, PROTOCOL)
  loaded.release()
  if (timing.status !== 'timed') return { status: timing.status, message: timing.message }
  return { status, medianNs: median(timing.durationsNs), ...(report && { registers: report.registers }) }
}

function summaryOf(rows) {
  const fastest = Math.min(...rows.map(({ medianNs }) => medianNs))
  const first = rows[0] // the model's, since candidates are in its order
  return {
    timed: rows.length,
    fastestNs: fastest,
    firstNs: first?.medianNs,
    firstLoses: first && first.medianNs / fastest - 1,
    rankCorrelation: correlation(
      ranksOf(rows.map(({ objective }) => objective)),
      ranksOf(rows.map(({ medianNs }) => medianNs)),
    ),
  }
}

/** Place in ascending order from 1; equal values share the mean of their places. */
function ranksOf(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return numbers.map((number) => (sorted.indexOf(number) + sorted.lastIndexOf(number)) / 2 + 1)
}

function correlation(xs, ys) {
  const mean = (numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length
  const [mx, my] = [mean(xs), mean(ys)]
  const sum = (f) => xs.reduce((total, x, i) => total + f(x - mx, ys[i] - my), 0)
  return sum((x, y) => x * y) / Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y))
}

function textOf({ timed: count, fastestNs, firstNs, firstLoses, rankCorrelation }) {
  const lines = timed.map(({ status, medianNs, objective, config, message }) => {
    const text = assignmentsText(config)
    const time = status === 'correct' ? `${(medianNs / 1e6).toFixed(3)} ms` : `${status}: ${message}`
    return `${String(objective).padStart(12)}  ${time.padStart(12)}  ${text}`
  })
  return [
    `${backend.name}  ${id.pass}  ${problemText(problem)}`,
    `${'model'.padStart(12)}  ${'median'.padStart(12)}`,
    ...lines,
    `${count} timed: the model's first ${(firstNs / 1e6).toFixed(3)} ms, the fastest ${(fastestNs / 1e6).toFixed(3)} ms, ` +
      `lost ${(100 * firstLoses).toFixed(1)} %, rank correlation ${rankCorrelation.toFixed(2)}`,
  ].join('\n')
}

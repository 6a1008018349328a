// npm run verify:matrix -- [--device cuda-cpu] [--device webgpu] [--cell mingru] [--json]
import { cell as findCell } from '@tilewright/cells'
import { ofAlgorithm, problemText, sampleInputs, spaceOf } from '@tilewright/kernels'
import { best } from '@tilewright/solver'
import { verify } from '@tilewright/tuner'
import { orEnd, script } from '../../packages/cli/bench/script.mjs'
import { openBackend } from '../../packages/cli/dist/device-option.js'
import { rowsOf } from './rows.mjs'

const SEED = 1
const command = script('verify:matrix', {
  description:
    'runs every cell, pass, storage type, algorithm and flag once and compares it with the float64 reference',
  example: '--device webgpu --cell mingru --cell lstm',
})
  .option('--device <dev...>', 'cuda-cpu, webgpu, webgpu:1 or cuda:0; may be repeated (default cuda-cpu and webgpu)')
  .option('--cell <name...>', 'cells to run; may be repeated (default all)')
  .option('--json', 'one JSON document')

const { values, backends } = await orEnd(async () => {
  const options = command.parse().opts()
  for (const name of options.cell ?? []) findCell(name)
  const opened = []
  for (const name of options.device ?? ['cuda-cpu', 'webgpu']) opened.push(await openBackend(name))
  return { values: options, backends: opened }
})

const results = []
for (const backend of backends) {
  for (const row of rowsOf(backend.target, values.cell)) results.push(await resultOf(backend, row))
  await backend.close()
}

const cells = results.flatMap(({ device, algorithms }) =>
  Object.values(algorithms).map((each) => ({ device, ...each })),
)
const ran = cells.filter(({ status }) => status !== 'none')
const wrong = ran.filter(({ status }) => status !== 'correct')
if (values.json) console.log(JSON.stringify({ schemaVersion: 1, seed: SEED, results }))
console.error(
  `${ran.length - wrong.length} of ${ran.length} kernels agree with the float64 reference, seed ${SEED}${unfitText()}`,
)
process.exitCode = wrong.length > 0 ? 5 : ran.length === 0 ? 3 : 0

/** Cells of the table that nothing ran for, which are no failures and no successes: `; 5 have no configuration on webgpu:1` */
function unfitText() {
  return backends
    .map(({ name }) => ({
      name,
      count: cells.filter(({ device, status }) => device === name && status === 'none').length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `; ${count} ${count === 1 ? 'has' : 'have'} no configuration on ${name}`)
    .join('')
}

/** One row: the best configuration of each algorithm under the cost model, run once; printed as it is done. */
async function resultOf(backend, { problem, id, algorithms }) {
  const space = spaceOf(id, problem, backend.device)
  const inputs = sampleInputs(problem, id.pass, SEED)
  const found = {}
  for (const algorithm of algorithms)
    found[algorithm] = await cellOf({ backend, id, problem, inputs, space, algorithm })
  if (!values.json) console.log(lineOf(backend, id, problem, found))
  return { device: backend.name, kernel: id, problem, algorithms: found }
}

async function cellOf({ backend, id, problem, inputs, space, algorithm }) {
  const [first] = best(algorithm === 'best' ? space : ofAlgorithm(space, id.kernel, algorithm), 1)
  if (!first) return { status: 'none' }
  const config = first.configuration
  const { status, message, errors, tolerance } = await verify({ id, problem, backend, config, inputs })
  const worst = Math.max(...errors.map(({ relative }) => relative))
  return { status, config, error: worst, allowed: tolerance, ...(message && { message }) }
}

function lineOf({ name }, { pass }, problem, found) {
  const numbers = Object.entries(found).map(([algorithm, { status, error, message }]) => {
    const text = status === 'correct' ? error.toExponential(1) : status === 'none' ? '-' : `${status}: ${message}`
    return algorithm === 'best' ? text : `${algorithm} ${text}`
  })
  return `${name}  ${pass.padEnd(8)}  ${problemText(problem)}:  ${numbers.join('  ')}`
}

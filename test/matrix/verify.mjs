// npm run verify:matrix -- [--device cuda-cpu] [--device webgpu] [--cell mingru] [--json]
import { parseArgs } from 'node:util'
import { ofAlgorithm, problemText, sampleInputs, spaceOf } from '@tilewright/kernels'
import { best } from '@tilewright/solver'
import { verify } from '@tilewright/tuner'
import { openBackend } from '../../packages/cli/dist/device-option.js'
import { rowsOf } from './rows.mjs'

const SEED = 1
const { values } = parseArgs({
  options: {
    device: { type: 'string', multiple: true },
    cell: { type: 'string', multiple: true },
    json: { type: 'boolean' },
  },
})

const results = []
for (const name of values.device ?? ['cuda-cpu', 'webgpu']) {
  const backend = await openBackend(name).catch(({ message, exit }) => {
    process.stderr.write(`${message}\n`)
    process.exit(exit ?? 1)
  })
  for (const row of rowsOf(backend.target, values.cell)) results.push(await resultOf(backend, row))
  await backend.close()
}

const cells = results.flatMap(({ algorithms }) => Object.values(algorithms))
const wrong = cells.filter(({ status }) => status !== 'correct' && status !== 'none')
if (values.json) console.log(JSON.stringify({ schemaVersion: 1, seed: SEED, results }))
const ran = cells.filter(({ status }) => status !== 'none').length
console.error(`${ran - wrong.length} of ${ran} kernels agree with the float64 reference, seed ${SEED}`)
process.exitCode = wrong.length > 0 ? 5 : 0

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

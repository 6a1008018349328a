// npm run fit:registers   [-- --family recurrent-fused] [--seed N] [--jobs N] [--json]
// npm run check:registers [-- --count 500] [--seed N] [--jobs N] [--out FILE.json] [--json]
// The first fits the constants of the register rules to the compiler and writes them beside the rules; the second says what
// share of the configurations that the rules admit spills, and what excluded ones cost. Compilations are kept in the cache
// of backend-cuda, so a run that was interrupted goes on where it was; until it ends the files stay as they are.
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { defaultCacheFolder, findToolchain } from '../dist/index.js'
import { CHECKED, compiledAll, drawn, optima } from './check.mjs'
import { fitted } from './constants.mjs'
import { writeData } from './data-file.mjs'
import { FAMILIES } from './families.mjs'
import { costTable, fitSummary, spillCounts, spillTable } from './report.mjs'
import { designOf, swept } from './sweep.mjs'

const USAGE = `npm run fit:registers [-- --family ${FAMILIES.map(({ name }) => name).join('|')}] [--seed N] [--jobs N] [--json]
npm run check:registers [-- --count 500] [--seed N] [--jobs N] [--out FILE.json] [--json]`

const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    family: { type: 'string' },
    count: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) end(USAGE, 0)
const families = FAMILIES.filter(({ name }) => options.family === undefined || name === options.family)
if (families.length === 0) end(`--family ${options.family}: there is no such family\n${USAGE}`, 2)
const [count, seed, jobs] = ['count', 'seed', 'jobs'].map(wholeNumber)

const toolchain = await findToolchain()
if (toolchain.status === 'missing') end(`fit:registers: ${toolchain.message}`, 4)
const compiler = toolchain.ptxas.version.replace(/^V/, '')
const work = { toolchain, cacheFolder: defaultCacheFolder(), jobs }

if (options.check) await check()
else await fit()

async function fit() {
  const results = []
  for (const family of families) {
    const design = designOf(family, seed)
    const points = await swept(family, design, { ...work, report: progress(family.name, design.length) })
    const { constants, residuals } = fitted(family, points)
    const files = writeData(family.id, { constants, residuals, points, compiler, seed })
    results.push({ family: family.name, constants, residuals, files })
  }
  print({ schemaVersion: 1, compiler, seed, results }, results.map(fitSummary).join('\n'))
}

async function check() {
  const points = drawn(CHECKED, Math.ceil(count / CHECKED.devices.length), seed)
  const compiled = await compiledAll(CHECKED, points, { ...work, report: progress('draws', points.length) })
  const costs = await optima(CHECKED, { ...work, report: progress('best configurations') })
  const counts = spillCounts(compiled)
  const spilled = compiled.filter(({ spillBytes }) => spillBytes > 0)
  const date = new Date().toISOString().slice(0, 10)
  const document = { schemaVersion: 1, compiler, date, seed, counts, spilled, costs }
  if (options.out) writeFileSync(options.out, `${JSON.stringify(document, null, 2)}\n`)
  print(document, `seed ${seed}, ptxas ${compiler}\n\n${spillTable(document)}\n\n${costTable(costs)}`)
}

/** Says on stderr, every few seconds, how much is done and about how long the rest takes. */
function progress(what, total) {
  const start = performance.now()
  let said = start
  return (done, all = total) => {
    const now = performance.now()
    if (now - said < 5000 && done < all) return
    said = now
    const minutes = ((now - start) / done / 60_000) * (all - done)
    process.stderr.write(`${what}: ${done} of ${all}, ${minutes.toFixed(1)} minutes to go\n`)
  }
}

function print(document, text) {
  process.stdout.write(`${options.json ? JSON.stringify(document, null, 2) : text}\n`)
}

function wholeNumber(name) {
  if (!/^[1-9]\d{0,8}$/.test(options[name])) end(`--${name} ${options[name]}: is no whole number above 0\n${USAGE}`, 2)
  return Number(options[name])
}

function end(text, code) {
  ;(code === 0 ? process.stdout : process.stderr).write(`${text}\n`)
  process.exit(code)
}

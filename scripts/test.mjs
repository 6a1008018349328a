// npm test [-- --tier NAME]…: installs and builds what is missing, checks, runs the tiers whose need is met, and says in
// one table what ran and why the rest did not.
import { mkdir, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureInstalled, haveVulkan, requireNode, root, run, say, stop, turbo } from './setup.mjs'
import { TIERS } from './tiers.mjs'

const REPORT = '.cache/vitest.json'
const REPORTERS = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`]
const NAMES = TIERS.map(({ name }) => name)

const chosen = tiersOf(process.argv.slice(2))
requireNode()
await ensureInstalled()
await haveVulkan()

const lines = []
const built = await check('build', () => turbo('build'))
if (!chosen) {
  await check('lint', () => run('oxlint', ['--deny-warnings']))
  await check('format', () => run('prettier', ['--check', '--log-level=warn', '.']))
  await check('typecheck', () => turbo('typecheck'))
}
for (const tier of TIERS) lines.push(await lineOf(tier))
process.stdout.write(table(lines))
const passed = lines.reduce((sum, line) => sum + (line.passed ?? 0), 0)
const failed = lines.reduce((sum, line) => sum + (line.failed ?? 0), 0)
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = lines.some(({ result }) => result === 'FAILED') ? 1 : 0

function tiersOf(args) {
  let values
  try {
    values = parseArgs({
      args,
      options: { tier: { type: 'string', multiple: true }, help: { type: 'boolean' } },
    }).values
  } catch (error) {
    stop(`test: ${error.message}; npm test -- --help explains`, 2)
  }
  if (values.help) {
    process.stdout
      .write(`npm test                    everything: build, lint, format, types, and every tier that this machine can run
npm test -- --tier NAME     build and run this tier only; may be repeated

tiers, and what they need:
${TIERS.map(({ name, needs }) => `  ${name.padEnd(14)} ${needs}`).join('\n')}

With CI set, a missing need for any tier but device is a failure.
`)
    process.exit(0)
  }
  const unknown = values.tier?.find((name) => !NAMES.includes(name))
  if (unknown) stop(`test: there is no tier ${unknown}; there are ${NAMES.join(', ')}`, 2)
  return values.tier
}

async function check(name, work) {
  say(`\n== ${name}`)
  const began = performance.now()
  const ok = (await work()) === 0
  lines.push({ name, result: ok ? 'passed' : 'FAILED', seconds: seconds(began) })
  return ok
}

async function lineOf({ name, missing }) {
  if (chosen && !chosen.includes(name)) return { name, result: 'not run', note: 'not asked for' }
  if (!built) return { name, result: 'not run', note: 'the build failed' }
  const reason = await missing()
  if (reason) {
    const counts = process.env.CI && name !== 'device'
    return { name, result: counts ? 'FAILED' : 'not run', note: counts ? `${reason}, and CI is set` : reason }
  }
  say(`\n== ${name}`)
  const began = performance.now()
  const { ok, passed, failed } = await (name === 'unit' ? unit() : folder(name))
  const note = ok && passed === 0 ? 'no tests' : undefined
  return { name, result: ok && passed > 0 ? 'passed' : 'FAILED', passed, failed, seconds: seconds(began), note }
}

async function unit() {
  // Reports are outputs of turbo's task: a package that is answered from the cache gets its report back as well.
  const ok = (await turbo('test', '--continue', '--', ...REPORTERS)) === 0
  const packages = await readdir(join(root, 'packages'))
  const counts = await Promise.all(packages.map((name) => countsOf(join(root, 'packages', name, REPORT))))
  return {
    ok,
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  }
}

async function folder(name) {
  const cwd = join(root, 'test')
  await rm(join(cwd, REPORT), { force: true })
  await mkdir(join(cwd, '.cache'), { recursive: true })
  const ok = (await run('vitest', ['run', `${name}/`, ...REPORTERS], { cwd })) === 0
  return { ok, ...(await countsOf(join(cwd, REPORT))) }
}

/** Tests that passed and failed; a file that could not even be loaded counts as one failure. */
async function countsOf(report) {
  const text = await readFile(report, 'utf8').catch(() => undefined)
  if (text === undefined) return { passed: 0, failed: 0 }
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(text)
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  )
  return { passed: numPassedTests, failed: numFailedTests + broken.length }
}

function seconds(began) {
  return (performance.now() - began) / 1000
}

function table(rows) {
  const cells = rows.map(({ name, result, passed, failed, seconds: time, note }) => [
    name,
    result,
    passed === undefined ? '' : String(passed),
    failed === undefined ? '' : String(failed),
    time === undefined ? '' : time.toFixed(1),
    note ?? '',
  ])
  const all = [['tier', 'result', 'passed', 'failed', 'seconds', ''], ...cells]
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)))
  const isNumber = (column) => column >= 2 && column <= 4
  const lineText = (row) =>
    row
      .map((cell, i) => (isNumber(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd()
  return `\n${all.map(lineText).join('\n')}\n\n`
}

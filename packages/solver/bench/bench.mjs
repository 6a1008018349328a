// npm run bench:solver [-- --out FILE.json] [--python-constraint DIR] [--rounds N]
// Every space of data/search-spaces, cold and warm, beside generated loops as one writes them by hand and the peers that
// this machine has; measurements take turns, so that a slow moment hits all alike. Prints tables, writes JSON.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { all, bind, count, explain, first, parse, readSearchSpace, sample } from '../dist/index.js'
import { infeasible, naiveLoops } from './naive.mjs'
import { bruteForce, minizinc, pythonConstraint } from './peers.mjs'

const { values: options } = parseArgs({
  options: {
    out: { type: 'string' },
    'python-constraint': { type: 'string' },
    rounds: { type: 'string', default: '7' },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) {
  console.log('npm run bench:solver -- [--out FILE.json] [--python-constraint CHECKOUT] [--rounds 7]')
  process.exit(0)
}
const rounds = Number(options.rounds)
const data = new URL('../data/', import.meta.url)
const once = fileURLToPath(new URL('once.mjs', import.meta.url))
const stored = JSON.parse(readFileSync(new URL('baselines.json', import.meta.url), 'utf8')).rows
const spaces = readdirSync(new URL('search-spaces/', data))
  .filter((name) => name.endsWith('.json'))
  .map((name) => fileURLToPath(new URL(`search-spaces/${name}`, data)))
  .map((file) => ({ file, document: JSON.parse(readFileSync(file, 'utf8')) }))

const results = spaces.map(({ file, document }) => {
  process.stderr.write(`${document.name}\n`)
  const model = readSearchSpace(document)
  const listed = document.group !== 'challenge'
  return {
    space: document.name,
    group: document.group,
    valid: document.valid,
    cold: cold(file, listed),
    warm: warm(model, document, listed),
    peers: listed ? peers(file, document, model) : {},
    storedPeer: storedPeer(document.name),
  }
})
const naiveRules = naiveRulesOf()
print()
if (options.out) {
  writeFileSync(
    `${options.out}.tmp`,
    `${JSON.stringify({ schemaVersion: 1, machine: machine(), results, naiveRules }, null, 2)}\n`,
  )
  renameSync(`${options.out}.tmp`, options.out)
}

function machine() {
  return { cpu: cpus()[0].model, cores: cpus().length, node: process.version, date: new Date().toISOString() }
}

/** Medians of fresh processes, milliseconds: reading, and what comes after it. */
function cold(file, listed) {
  const kinds = listed ? ['ours', 'naive', 'first', 'explain'] : ['ours', 'first']
  const samples = Object.fromEntries(kinds.map((kind) => [kind, []]))
  for (let round = 0; round < rounds; round++)
    for (const kind of kinds) {
      const { stdout } = spawnSync(process.execPath, ['--expose-gc', once, kind, file], { encoding: 'utf8' })
      samples[kind].push(JSON.parse(stdout))
    }
  const median = (kind, ...names) =>
    medianOf((samples[kind] ?? []).map((one) => names.reduce((sum, name) => sum + (one[name] ?? 0), 0)))
  return {
    read: median('ours', 'read'),
    solve: median('ours', 'bind', 'all', 'count'),
    sample: median('ours', 'sample'),
    naive: median('naive', 'all'),
    first: median('first', 'bind', 'first'),
    explain: median('explain', 'explain'),
    explained: samples.explain?.[0].status,
    count: samples.ours[0].valid,
  }
}

/** The best of many rounds in this process: a listing of a space that was listed before, and of one bound anew. */
function warm(model, document, listed) {
  const space = bind(model, {})
  const runs = listed
    ? {
        ours: () => all(space),
        bound: () => all(bind(model, {})),
        naive: (
          (loops) => () =>
            loops()
        )(naiveLoops(model)),
        first: () => first(bind(model, {})),
        explain: () => explain(bind(readSearchSpace(infeasible(document)), {})),
      }
    : { ours: () => count(bind(model, {})), sample: () => sample(space, 1000, 1), first: () => first(bind(model, {})) }
  const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]))
  for (let round = 0; round < 4 * rounds; round++)
    for (const [name, run] of Object.entries(runs)) {
      const start = performance.now()
      run()
      times[name].push(performance.now() - start)
    }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, Math.min(...list)]))
}

/** Milliseconds of each peer here and now. */
function peers(file, document, model) {
  const found = { 'python brute': bruteForce, 'python-constraint': pythonConstraint, 'minizinc gecode': minizinc }
  const entries = Object.entries(found).map(([name, ask]) => [
    name,
    ask(file, document, options['python-constraint'], model),
  ])
  return Object.fromEntries(entries.filter(([, time]) => time !== undefined).map(([name, time]) => [name, time * 1000]))
}

/** The best stored time of a published tool, milliseconds. */
function storedPeer(name) {
  const row = stored.find(({ space }) => space === name)
  const times = Object.values(row?.seconds ?? {}).map(({ min }) => min * 1000)
  return times.length === 0 ? undefined : Math.min(...times)
}

/** The published rules of the fused kernel with every helper a variable, against the restatement by hand. */
function naiveRulesOf() {
  const model = parse(readFileSync(new URL('fused.space', data), 'utf8'), { file: 'fused.space' })
  const restated = spaces.find(({ document }) => document.name === 'flashrnn_fused_fwd_h768n1b16').document
  const givens = { OUTPUTS: 3072, CONTRACTION: 768, BATCH: 16, HEADS: 1, SMS: 132, SHARED_BYTES: 227_000 }
  const times = { naive: [], restated: [] }
  for (let round = 0; round < 4 * rounds; round++) {
    for (const [name, make] of [
      ['naive', () => bind(model, givens)],
      ['restated', () => bind(readSearchSpace(restated), {})],
    ]) {
      const start = performance.now()
      const found = all(make()).length
      times[name].push(performance.now() - start)
      if (found !== restated.valid) throw new Error(`${name}: ${found} configurations`)
    }
  }
  return { naive: Math.min(...times.naive), restated: Math.min(...times.restated) }
}

function medianOf(list) {
  return list.length === 0 ? undefined : list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
}

function print() {
  const ms = (value) => (value === undefined ? '-' : value < 10 ? value.toFixed(2) : value.toFixed(0))
  const ratio = (other, own) => (other === undefined ? '-' : `${(other / own).toPrecision(3)}×`)
  const wrong = results.filter(({ valid, cold }) => String(valid) !== String(cold.count))
  console.log(
    `\nAll configurations, ms (× how many times ours; counts ${wrong.length === 0 ? 'all as published' : `WRONG: ${wrong.map(({ space }) => space)}`})`,
  )
  table(
    [
      'space',
      'valid',
      'read',
      'cold',
      'loops cold',
      '×',
      'warm',
      'bound anew',
      'loops warm',
      '×',
      'peer here',
      '×',
      'peer stored',
      '× warm',
      '× cold',
    ],
    results
      .filter(({ group }) => group !== 'challenge')
      .map(({ space, valid, cold, warm, peers, storedPeer }) => {
        const here = Object.values(peers).length === 0 ? undefined : Math.min(...Object.values(peers))
        return [
          space,
          String(valid),
          ms(cold.read),
          ms(cold.solve),
          ms(cold.naive),
          ratio(cold.naive, cold.solve),
          ms(warm.ours),
          ms(warm.bound),
          ms(warm.naive),
          ratio(warm.naive, warm.ours),
          ms(here),
          ratio(here, cold.solve),
          ms(storedPeer),
          ratio(storedPeer, warm.ours),
          ratio(storedPeer, cold.solve),
        ]
      }),
  )
  console.log('\nOne configuration, and why there is none, ms')
  table(
    ['space', 'first cold', 'first warm', 'explain cold', 'explain warm', 'says'],
    results
      .filter(({ group }) => group === 'flashrnn')
      .map(({ space, cold, warm }) => [
        space,
        ms(cold.first),
        ms(warm.first),
        ms(cold.explain),
        ms(warm.explain),
        cold.explained,
      ]),
  )
  console.log('\nToo large to list, ms')
  table(
    ['space', 'configurations', 'count cold', 'count warm', '1000 samples more, cold', 'warm'],
    results
      .filter(({ group }) => group === 'challenge')
      .map(({ space, valid, cold, warm }) => [
        space,
        String(valid),
        ms(cold.solve),
        ms(warm.ours),
        ms(cold.sample),
        ms(warm.sample),
      ]),
  )
  const { naive, restated } = naiveRules
  console.log(
    `\nFused kernel, all tilings: rules as published, every helper a variable, ${ms(naive)} ms; restated by hand ${ms(restated)} ms: ${ratio(naive, restated)}`,
  )
}

function table(header, rows) {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)))
  for (const row of [header, ...rows])
    console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
}

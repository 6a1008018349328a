// One cold measurement in a process of its own: node once.mjs <ours|naive> <file>. Prints milliseconds as JSON, counted
// from the parsed JSON document on: reading, code generation and the first run are in, starting Node is not, nor is the
// collection of what starting left behind, for which node --expose-gc is needed.
import { readFileSync } from 'node:fs'
import { all, bind, count, explain, first, readSearchSpace, sample } from '../dist/index.js'
import { infeasible, naiveLoops } from './naive.mjs'

const [how, file] = process.argv.slice(2)
const document = JSON.parse(readFileSync(file, 'utf8'))
const times = {}
globalThis.gc({ type: 'minor' })
function timed(name, run) {
  const start = performance.now()
  const result = run()
  times[name] = performance.now() - start
  return result
}

if (how === 'naive') {
  const model = timed('read', () => readSearchSpace(document))
  timed('all', () => naiveLoops(model)())
} else {
  const model = timed('read', () => readSearchSpace(document))
  const space = timed('bind', () => bind(model, {}))
  if (how === 'ours' && document.group === 'challenge') {
    times.valid = String(timed('count', () => count(space)))
    timed('sample', () => sample(space, 1000, 1))
  } else if (how === 'ours') times.valid = timed('all', () => all(space)).length
  else if (how === 'first') timed('first', () => first(space))
  else if (how === 'explain') {
    const clash = bind(readSearchSpace(infeasible(document)), {})
    times.status = timed('explain', () => explain(clash)).status
  }
}
console.log(JSON.stringify(times))

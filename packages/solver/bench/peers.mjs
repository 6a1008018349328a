// Other solvers that this machine has, asked for all configurations of a space. Each returns seconds, or nothing where it
// is missing or takes too long.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const LIMIT_MS = 60_000
// More combinations than this are hopeless for a search that tries each.
const MOST_BRUTE = 2e6

function run(command, args, input) {
  const { status, stdout } = spawnSync(command, args, {
    input,
    encoding: 'utf8',
    timeout: LIMIT_MS,
    maxBuffer: 2 ** 30,
  })
  return status === 0 ? stdout : undefined
}

const READ = `
import json, sys, time
space = json.load(open(sys.argv[1]))
def values(p):
    r = p.get('range')
    return p['values'] if 'values' in p else list(range(r['from'], r['to'] + 1, r.get('step', 1)))
names = [p['name'] for p in space['params']]
domains = [values(p) for p in space['params']]
rules = [c.get('intExpr', c.get('expr')) for c in space['constraints']]
`

/** Python: itertools.product and one compiled lambda. */
export function bruteForce(file, document) {
  if (Number(document.cartesian) > MOST_BRUTE) return undefined
  const program = `${READ}
import itertools
times = []
for _ in range(3):
    start = time.perf_counter()
    test = eval('lambda ' + ','.join(names) + ': ' + (' and '.join('(' + r + ')' for r in rules) or 'True'))
    rows = [row for row in itertools.product(*domains) if test(*row)]
    times.append(time.perf_counter() - start)
assert len(rows) == space['valid'], len(rows)
print(min(times))`
  return seconds(run('python3', ['-c', program, file]))
}

/** python-constraint, from a local checkout. */
export function pythonConstraint(file, _document, checkout) {
  if (!checkout) return undefined
  const program = `${READ}
import re
sys.path.insert(0, sys.argv[2])
from constraint import Problem, FunctionConstraint
start = time.perf_counter()
problem = Problem()
for name, domain in zip(names, domains):
    problem.addVariable(name, domain)
for rule in rules:
    used = [n for n in names if re.search(r'\\b' + n + r'\\b', rule)]
    problem.addConstraint(FunctionConstraint(eval('lambda ' + ','.join(used) + ': ' + rule)), used)
found = problem.getSolutions()
took = time.perf_counter() - start
assert len(found) == space['valid'], len(found)
print(took)`
  return seconds(run('python3', ['-c', program, file, checkout]))
}

function seconds(text) {
  const value = Number(text?.trim())
  return Number.isFinite(value) && value > 0 ? value : undefined
}

/** MiniZinc with Gecode, flattening not counted. */
export function minizinc(_file, document, _checkout, model) {
  if (run('minizinc', ['--version']) === undefined || Number(document.valid) > 50_000) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'bench-solver-'))
  try {
    const source = join(folder, 'space.mzn')
    const flat = join(folder, 'space.fzn')
    writeFileSync(source, minizincOf(model))
    if (run('minizinc', ['--solver', 'gecode', '-c', source, '--fzn', flat, '--no-output-ozn']) === undefined)
      return undefined
    const start = performance.now()
    const out = run('fzn-gecode', ['-a', '-mode', 'solution', flat])
    const took = (performance.now() - start) / 1000
    const found = out?.match(/^-{10}$/gm)?.length
    return found === document.valid ? took : undefined
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function minizincOf(model) {
  const variables = model.params.map(({ name, domain }) => {
    const set =
      domain.kind === 'list'
        ? `{${domain.values.map(({ value }) => value).join(',')}}`
        : `${domain.from.value}..${domain.to.value}`
    return `var ${set}: ${name};`
  })
  const rules = model.rules.map(({ condition }) => `constraint ${minizincText(condition)};`)
  const names = model.params.map(({ name }) => name).join(',')
  return [...variables, ...rules, `solve :: int_search([${names}], input_order, indomain_min, complete) satisfy;`].join(
    '\n',
  )
}

const SIGNS = { '//': 'div', '%': 'mod', '==': '=', and: '/\\', or: '\\/', implies: '->' }

function minizincText(expression) {
  const sign = (op) => SIGNS[op] ?? op
  const pair = (left, op, right) => `(${minizincText(left)} ${sign(op)} ${minizincText(right)})`
  switch (expression.kind) {
    case 'number':
      return `${expression.value}`
    case 'name':
      return expression.name
    case 'not':
      return `(not ${minizincText(expression.arg)})`
    case 'negate':
      return `(-${minizincText(expression.arg)})`
    case 'compare':
      return `(${expression.ops.map((op, i) => pair(expression.terms[i], op, expression.terms[i + 1])).join(' /\\ ')})`
    default:
      return pair(expression.left, expression.op, expression.right)
  }
}

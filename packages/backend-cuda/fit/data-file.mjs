import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { device } from '@tilewright/devices'
import { NEVER } from './least.mjs'
import { constantsFile, rulesFile } from './rules.mjs'
import { DEVICES } from './sweep.mjs'

const architectures = DEVICES.map((name) => device(name).architecture)

// What a kernel's registers may depend on; time is none of it.
const PROBLEM = ['cell', 'dtype', 'batch', 'heads', 'headDim']

const tableFile = (id) => fileURLToPath(constantsFile(id)).replace(/\.space$/, '.csv')

/** Writes the constants that the rules import, and beside them what was measured, each whole or not at all. */
export function writeData(id, { constants, residuals, points, compiler, seed }) {
  const space = fileURLToPath(constantsFile(id))
  const table = tableFile(id)
  replace(table, tableText(points, { compiler, seed }))
  replace(space, spaceText(id, { constants, residuals, compiler, table: basename(table), count: points.length }))
  return [space, table]
}

// No date here: rules that say the same have the same hash.
function spaceText(id, { constants, residuals, compiler, table, count }) {
  const { points, covered, largestUnderestimate, meanOverestimate, largestOverestimate, admittedAndSpilling } =
    residuals
  const comments = [
    `Written by npm run fit:registers; ${basename(fileURLToPath(rulesFile(id)))} says what each constant is multiplied by.`,
    `Hundredths of a register, fitted to the least registers without spills of ${count} configurations on`,
    `${architectures.join(', ')} (ptxas ${compiler}; each is in ${table}).`,
    `Of these ${points} points ${covered} need no more than the formula says, the others at most ${largestUnderestimate} registers more;`,
    `it says ${meanOverestimate.toFixed(1)} too many on average, ${largestOverestimate} at most. Held against 64, 128 and 255 registers, ${admittedAndSpilling} of`,
    `the points ${admittedAndSpilling === 1 ? 'is' : 'are'} admitted and spill${admittedAndSpilling === 1 ? 's' : ''}.`,
  ]
  const width = Math.max(...Object.keys(constants).map((name) => name.length))
  const lets = Object.entries(constants).map(([name, value]) => `let ${name.padEnd(width)} = ${value}`)
  return `${[...comments.map((line) => `# ${line}`), '', ...lets].join('\n')}\n`
}

/** The points that were measured for a kernel, as the sweep gives them. */
export function readPoints(id) {
  const [, head, ...rows] = readFileSync(tableFile(id), 'utf8').trimEnd().split('\n')
  const names = head.split(',')
  return rows.map((row) => {
    const cells = row.split(',')
    const pick = (from, to) =>
      Object.fromEntries(names.slice(from, to).map((name, i) => [name, numberOr(cells[from + i])]))
    const parameters = names.length - architectures.length
    return {
      problem: { ...pick(0, PROBLEM.length), time: 1024 },
      config: pick(PROBLEM.length, parameters),
      least: cells.slice(parameters).map((registers) => (registers === 'spills' ? NEVER : Number(registers))),
    }
  })
}

const numberOr = (text) => (/^\d+$/.test(text) ? Number(text) : text)

function tableText(points, { compiler, seed }) {
  const parameters = Object.keys(points[0].config)
  const head = [...PROBLEM, ...parameters, ...architectures]
  const rows = points.map(({ problem, config, least }) => [
    ...PROBLEM.map((name) => problem[name]),
    ...parameters.map((name) => config[name]),
    ...least.map((registers) => (registers === NEVER ? 'spills' : registers)),
  ])
  const date = new Date().toISOString().slice(0, 10)
  const comment = `# least registers without spills, ptxas ${compiler}, ${date}, seed ${seed}; spills: with 255 registers too`
  return `${[comment, head.join(','), ...rows.map((row) => row.join(','))].join('\n')}\n`
}

function replace(file, text) {
  writeFileSync(`${file}.tmp`, text)
  renameSync(`${file}.tmp`, file)
}

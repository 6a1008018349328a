import { renameSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { device } from '@tilewright/devices'
import { NEVER } from './least.mjs'
import { constantsFile, rulesFile } from './rules.mjs'
import { DEVICES } from './sweep.mjs'

const architectures = DEVICES.map((name) => device(name).architecture)

/** Writes the constants that the rules import, and beside them what was measured, each whole or not at all. */
export function writeData(id, { constants, residuals, points, compiler, seed }) {
  const space = fileURLToPath(constantsFile(id))
  const table = space.replace(/\.space$/, '.csv')
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

function tableText(points, { compiler, seed }) {
  const parameters = Object.keys(points[0].config)
  const head = ['cell', 'dtype', 'batch', 'heads', 'headDim', ...parameters, ...architectures]
  const rows = points.map(({ problem, config, least }) => [
    ...['cell', 'dtype', 'batch', 'heads', 'headDim'].map((name) => problem[name]),
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

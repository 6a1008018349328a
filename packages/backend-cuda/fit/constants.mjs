import { device } from '@tilewright/devices'
import { upperEnvelope } from './envelope.mjs'
import { NEVER } from './least.mjs'
import { constantsOf, termReader } from './rules.mjs'
import { DEVICES } from './sweep.mjs'

// One point in 200 may be left under the formula: half of what the rules promise, since other sizes are to hold it too.
const PENALTY = 199

/**
 * The constants of a kernel's formula, hundredths of a register, that keep it above the least registers of the points, and
 * how well they do. What spills at 255 registers asks to be excluded; by how much means nothing.
 */
export function fitted(id, points) {
  const termsOf = termReader(id)
  const rows = points.flatMap(({ problem, config, least }) =>
    DEVICES.map((name, i) => ({ terms: termsOf(problem, device(name), config), least: least[i] })),
  )
  const exact = upperEnvelope({
    terms: rows.map(({ terms }) => terms),
    values: rows.map(({ least }) => least),
    weights: rows.map(({ least }) => (least === NEVER ? 0 : 1)),
    penalty: PENALTY,
  })
  // Rounded up: what was covered stays covered.
  const hundredths = exact.map((constant) => Math.ceil(constant * 100 - 1e-6))
  const constants = Object.fromEntries(constantsOf(id).map((name, k) => [name, hundredths[k]]))
  return { constants, residuals: residualsOf(rows, hundredths) }
}

function residualsOf(rows, hundredths) {
  const errors = rows.map(({ terms, least }) => {
    const need = Math.ceil(terms.reduce((sum, term, k) => sum + term * hundredths[k], 0) / 100)
    return { over: need - least, least }
  })
  const known = errors.filter(({ least }) => least !== NEVER).map(({ over }) => over)
  return {
    points: rows.length,
    covered: errors.filter(({ over }) => over >= 0).length,
    largestUnderestimate: Math.max(0, ...errors.map(({ over }) => -over)),
    meanOverestimate: known.reduce((sum, over) => sum + Math.max(0, over), 0) / known.length,
    largestOverestimate: Math.max(...known),
  }
}

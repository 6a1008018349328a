import { device } from '@tilewright/devices'
import { upperEnvelope } from './envelope.mjs'
import { NEVER } from './least.mjs'
import { constantsOf, termReader } from './rules.mjs'
import { DEVICES } from './sweep.mjs'

// Registers that a multiprocessor has for each thread of 8, 16 and 32 resident warps: what need is compared with.
const ALLOWED = [64, 128, 255]

/**
 * The constants of a kernel's formula, hundredths of a register, that keep it above the least registers of the points, and
 * how well they do. What spills at 255 registers asks to be excluded; by how much means nothing.
 */
export function fitted({ id, under }, points) {
  const termsOf = termReader(id)
  const rows = points.flatMap(({ problem, config, least }) =>
    DEVICES.map((name, i) => ({ terms: termsOf(problem, device(name), config), least: least[i] })),
  )
  const exact = upperEnvelope(
    rows.map(({ terms, least }) => ({ terms, value: least, over: least === NEVER ? 0 : 1, under })),
  )
  // Rounded up: what was covered stays covered.
  const hundredths = exact.map((constant) => Math.max(0, Math.ceil(constant * 100 - 1e-6)))
  const constants = Object.fromEntries(constantsOf(id).map((name, k) => [name, hundredths[k]]))
  return { constants, residuals: residualsOf(rows, hundredths) }
}

function residualsOf(rows, hundredths) {
  const errors = rows.map(({ terms, least }) => {
    const need = Math.ceil(terms.reduce((sum, term, k) => sum + term * hundredths[k], 0) / 100)
    return { need, least, over: need - least }
  })
  const known = errors.filter(({ least }) => least !== NEVER).map(({ over }) => over)
  return {
    points: rows.length,
    covered: errors.filter(({ over }) => over >= 0).length,
    largestUnderestimate: Math.max(0, ...errors.map(({ over }) => -over)),
    meanOverestimate: known.reduce((sum, over) => sum + Math.max(0, over), 0) / known.length,
    largestOverestimate: Math.max(...known),
    admittedAndSpilling: errors.filter(({ need, least }) =>
      ALLOWED.some((allowed) => need <= allowed && allowed < least),
    ).length,
  }
}

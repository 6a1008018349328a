// Results as tables for people.
import { assignmentsText } from '@tilewright/kernels'

export function fitSummary({ family, constants, residuals, files }) {
  const { points, covered, largestUnderestimate, meanOverestimate, largestOverestimate, admittedAndSpilling } =
    residuals
  return [
    `${family}: ${covered} of ${points} points covered, the others ${largestUnderestimate} registers short at most;`,
    `  ${meanOverestimate.toFixed(1)} registers too many on average, ${largestOverestimate} at most;`,
    `  admitted at 64, 128 or 255 registers and spilling: ${admittedAndSpilling}`,
    ...Object.entries(constants).map(([name, value]) => `  ${name} = ${value}`),
    ...files.map((file) => `  ${file}`),
  ].join('\n')
}

/** For each device, and for all together: drawn, without spills, and those of them within the registers assumed. */
export function spillCounts(compiled) {
  const count = (device, points) => {
    const clean = points.filter(({ spillBytes }) => spillBytes === 0)
    const within = clean.filter(({ registers, allowed }) => registers <= allowed)
    return { device, drawn: points.length, withoutSpills: clean.length, withinRegisters: within.length }
  }
  const devices = [...new Set(compiled.map(({ device }) => device))]
  const own = (name) => compiled.filter(({ device }) => device === name)
  return [...devices.map((name) => count(name, own(name))), count('all', compiled)]
}

export function spillTable({ counts, spilled }) {
  const rows = counts.map(({ device, drawn, withoutSpills, withinRegisters }) => [
    device,
    drawn,
    withoutSpills,
    withinRegisters,
    `${((100 * withoutSpills) / drawn).toFixed(1)}%`,
  ])
  return [
    table([['device', 'drawn', 'no spills', 'within registers', 'share'], ...rows]),
    ...spilled.map(
      ({ device, problem: { dtype, headDim }, config, spillBytes, needed, allowed }) =>
        `${spillBytes} bytes spilt on ${device}, needs ${needed} of ${allowed}: ${dtype} head dim ${headDim} ${assignmentsText(config)}`,
    ),
  ].join('\n')
}

/** For each problem the best cost admitted, the best that the rule excludes, and the best excluded that does fit. */
export function costTable(costs) {
  const rows = costs.map(({ device, dtype, headDim, admitted, excluded, fitting }) => [
    device,
    dtype,
    headDim,
    admitted ?? '-',
    excluded ?? '-',
    gainOf(admitted, excluded),
    fitting ?? '-',
    gainOf(admitted, fitting),
  ])
  const head = ['device', 'dtype', 'head dim', 'admitted', 'excluded', 'better by', 'excluded and fits', 'better by']
  return table([head, ...rows])
}

function gainOf(admitted, other) {
  if (other === undefined) return '0%'
  return admitted === undefined ? 'only one' : `${((100 * (admitted - other)) / other).toFixed(1)}%`
}

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)))
  return rows.map((row) => row.map((cell, column) => String(cell).padStart(widths[column])).join('  ')).join('\n')
}

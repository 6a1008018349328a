// Results as tables for people.

export function fitSummary({ family, constants, residuals, files }) {
  const { points, covered, largestUnderestimate, meanOverestimate, largestOverestimate } = residuals
  return [
    `${family}: ${covered} of ${points} points covered, the others ${largestUnderestimate} registers short at most;`,
    `  ${meanOverestimate.toFixed(1)} registers too many on average, ${largestOverestimate} at most`,
    ...Object.entries(constants).map(([name, value]) => `  ${name} = ${value}`),
    ...files.map((file) => `  ${file}`),
  ].join('\n')
}

/** For each device: drawn, without spills, within the registers that the rules assume; then what spilled. */
export function spillTable(compiled) {
  const devices = [...new Set(compiled.map(({ device }) => device))]
  const line = (name, points) => {
    const clean = points.filter(({ spillBytes }) => spillBytes === 0)
    const within = clean.filter(({ registers, allowed }) => registers <= allowed)
    return [name, points.length, clean.length, within.length, `${((100 * clean.length) / points.length).toFixed(1)}%`]
  }
  const rows = devices.map((name) =>
    line(
      name,
      compiled.filter((point) => point.device === name),
    ),
  )
  const spilled = compiled.filter(({ spillBytes }) => spillBytes > 0)
  return [
    table([['device', 'drawn', 'no spills', 'within registers', 'share'], ...rows, line('all', compiled)]),
    ...spilled.map(
      ({ device, problem, config, spillBytes, needed, allowed }) =>
        `${spillBytes} bytes spilt on ${device}, needs ${needed} of ${allowed}: ${problem.dtype} head dim ${problem.headDim} ${Object.entries(
          config,
        )
          .map(([name, value]) => `${name}=${value}`)
          .join(' ')}`,
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

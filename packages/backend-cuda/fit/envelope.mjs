// Constants of a sum of terms that stays above what was measured: a quantile regression with constants of at least 0,
// since more of anything never takes fewer registers. It is a linear programme; its dual starts feasible and has a row
// for each term only, so a tableau of the simplex method is all that it takes.

/** What counts as zero among numbers of the size of registers and terms. */
const TINY = 1e-9

/**
 * The constants x >= 0 for which the sums of terms lie best above the values of the points: least in total, where a point
 * costs `over` for each unit that its sum is above its value, and `under` for each that it is below. With the same prices
 * for all, about 1 in `under` / `over` + 1 points is left under its sum; with `over` 0 a point only asks to be covered.
 * Terms are 0 or more.
 */
export function upperEnvelope(points) {
  // With overestimate o and underestimate u of a point, terms x - value = o - u. Leaving o out, the dual has a price p for
  // each point: maximise the sum of value p, where for each term the sum of term p is at most the sum of over term, and
  // 0 <= p <= over + under.
  const width = points[0].terms.length
  const limits = [...points.map(({ over, under }) => over + under), ...Array(width).fill(Infinity)]
  const rows = Array.from({ length: width }, (_, k) => [
    ...points.map(({ terms }) => terms[k]),
    ...Array.from({ length: width }, (_, other) => (other === k ? 1 : 0)),
    points.reduce((sum, { terms, over }) => sum + over * terms[k], 0),
  ])
  const gains = [...points.map(({ value }) => value), ...Array(width + 1).fill(0)]
  const basis = rows.map((_, k) => points.length + k)
  const tableau = { rows, gains, basis, limits, side: points.length + width }
  for (let steps = 0; step(tableau, steps > 50 * points.length); steps++);
  // What an ever so slightly wider row k would gain is the constant of term k.
  return rows.map((_, k) => Math.max(0, -gains[points.length + k]))
}

/** One pivot, or a variable moved to its other bound. False when nothing gains any more. */
function step({ rows, gains, basis, limits, side }, isCareful) {
  const entering = chosen(gains, side, isCareful)
  if (entering < 0) return false
  let [most, leaving, isFull] = [limits[entering], -1, false]
  rows.forEach((row, k) => {
    const rate = row[entering]
    if (Math.abs(rate) < TINY) return
    const room = rate > 0 ? row[side] / rate : (limits[basis[k]] - row[side]) / -rate
    if (room < most - TINY || (room < most + TINY && leaving >= 0 && basis[k] < basis[leaving]))
      [most, leaving, isFull] = [room, k, rate < 0]
  })
  if (most === Infinity) throw new Error('the terms do not bound the constants: a term is 0 for every point')
  if (leaving < 0) {
    mirror([...rows, gains], entering, limits[entering], side)
    return true
  }
  if (isFull) {
    const row = rows[leaving]
    for (let j = 0; j < side; j++) if (j !== basis[leaving]) row[j] = -row[j]
    row[side] = limits[basis[leaving]] - row[side]
  }
  pivot(rows, gains, leaving, entering)
  basis[leaving] = entering
  return true
}

/** The column that gains most; the first that gains anything where the former may go round in circles (Bland). */
function chosen(gains, side, isCareful) {
  let best = -1
  for (let j = 0; j < side; j++)
    if (gains[j] > TINY && (best < 0 || gains[j] > gains[best])) {
      best = j
      if (isCareful) break
    }
  return best
}

/** Counts a variable down from its limit instead of up from 0, and puts it at that limit. */
function mirror(lines, column, limit, side) {
  for (const line of lines) {
    line[side] -= line[column] * limit
    line[column] = -line[column]
  }
}

function pivot(rows, gains, leaving, entering) {
  const row = rows[leaving]
  const scale = row[entering]
  for (let j = 0; j < row.length; j++) row[j] /= scale
  for (const line of [...rows, gains]) {
    const factor = line[entering]
    if (line === row || factor === 0) continue
    for (let j = 0; j < line.length; j++) line[j] -= factor * row[j]
  }
}

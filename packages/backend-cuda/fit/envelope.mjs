// Constants of a sum of terms that stays above what was measured: a quantile regression with constants of at least 0,
// since more of anything never takes fewer registers. It is a linear programme; its dual starts feasible and has a row
// for each term only, so a tableau of the simplex method is all that it takes.

/** What counts as zero among numbers of the size of registers and terms. */
const TINY = 1e-9

/**
 * The constants x >= 0 that minimise the sum of overestimates of `terms` x against `values`, plus `penalty` times the sum
 * of underestimates: about 1 in `penalty` + 1 points is left under the sum. Points with `weight` 0 only ask to be
 * covered. Terms are 0 or more.
 */
export function upperEnvelope({ terms, values, weights = values.map(() => 1), penalty }) {
  // With overestimate o and underestimate u of each point, terms x - values = o - u. Leaving o out, the dual has a price
  // for each point: maximise values p, where terms^T p <= weights^T terms and 0 <= p <= weight + penalty.
  const width = terms[0].length
  const points = terms.length
  const limits = [...weights.map((weight) => weight + penalty), ...Array(width).fill(Infinity)]
  const rows = Array.from({ length: width }, (_, k) => [
    ...terms.map((term) => term[k]),
    ...Array.from({ length: width }, (_, other) => (other === k ? 1 : 0)),
    terms.reduce((sum, term, i) => sum + weights[i] * term[k], 0),
  ])
  const gains = [...values, ...Array(width + 1).fill(0)]
  const basis = rows.map((_, k) => points + k)
  const tableau = { rows, gains, basis, limits, side: points + width }
  for (let steps = 0; step(tableau, steps > 50 * points); steps++);
  // What an ever so slightly wider row k would gain is the constant of term k.
  return rows.map((_, k) => Math.max(0, -gains[points + k]))
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

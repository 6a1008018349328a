/** The names that a person may have meant, nearest first, three at most. Names that contain what was typed go first. */
export function nearestNames(typed: string, names: readonly string[]): readonly string[] {
  const ranked = names.map((name) => ({ name, contains: name.includes(typed), edits: editDistance(typed, name) }))
  ranked.sort((a, b) => Number(b.contains) - Number(a.contains) || a.edits - b.edits)
  const containing = ranked.filter(({ contains }) => contains)
  return (containing.length > 0 ? containing : ranked).slice(0, 3).map(({ name }) => name)
}

/** Letters to insert, drop or change to get from one word to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[to.length]!
}

/**
 * The JSON text of a value with the keys of every object sorted, two spaces of indent and a final newline: equal
 * values give equal bytes, so that hashes and diffs are stable. Fields that are `undefined` are left out.
 */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(sorted(value), null, 2)}\n`
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  // By code unit, not by locale: the same everywhere.
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]))
}

// `npm run soak:solver` repeats the property tests SOAK times as often, from a seed that it prints.

const factor = Number(process.env['SOAK'] ?? 1)
const seed = process.env['SOAK_SEED']

/** How often a property is tried, and from which seed; fast-check prints the seed of one that fails. */
export function runs(count: number): { readonly numRuns: number; readonly seed?: number } {
  return { numRuns: count * factor, ...(seed !== undefined && { seed: Number(seed) }) }
}

/** What a test of that many tries may take, in milliseconds: against hanging, no measurement. */
export function patience(milliseconds: number): { readonly timeout: number } {
  return { timeout: milliseconds * factor }
}

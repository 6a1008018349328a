/**
 * The grid that timestamps lie on, in nanoseconds: the greatest common divisor of their differences. 0 when all are
 * equal, that is while nothing is known. Browsers round to 100 µs, Dawn to 65,536 ns unless told not to.
 */
export function quantumOf(stamps: readonly bigint[]): bigint {
  const first = stamps[0] ?? 0n
  let quantum = 0n
  for (const stamp of stamps) quantum = gcd(quantum, stamp > first ? stamp - first : first - stamp)
  return quantum
}

/** How often to repeat next, after `repeats` took `spanNs` and `leastNs` are wanted: never fewer, at most `most`. */
export function nextRepeats(options: {
  readonly repeats: number
  readonly spanNs: number
  readonly leastNs: number
  readonly most: number
}): number {
  const { repeats, spanNs, leastNs, most } = options
  // A short span is known to a quantum only, so steps are limited: by 16 at a time, and a fifth more than needed.
  const factor = spanNs > 0 ? Math.min(16, Math.max(2, (1.2 * leastNs) / spanNs)) : 16
  return Math.min(most, Math.ceil(repeats * factor))
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}

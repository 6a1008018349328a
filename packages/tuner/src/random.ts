/** Uniform numbers in [0, 1): the same seed, the same sequence, on every machine. */
export type Random = () => number

/** mulberry32 (T. Ettinger, public domain). `stream` makes independent sequences of one seed. */
export function randomOf(seed: number, stream = 0): Random {
  // The golden ratio's bits spread neighbouring streams apart.
  let state = (seed + Math.imul(stream, 0x9e3779b9)) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The items in random order; the argument is left as it is. */
export function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}

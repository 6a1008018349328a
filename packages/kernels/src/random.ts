/** Uniform numbers in [0, 1). */
export type Random = () => number

/** By mulberry32, a public-domain 32-bit generator: the same seed, the same numbers, anywhere. */
export function uniform(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A standard normal number, of two uniform ones (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** One of 1/16, 2/16, … 1: every storage type holds them exactly. */
export function sixteenth(random: Random): number {
  return (1 + Math.floor(random() * 16)) / 16
}

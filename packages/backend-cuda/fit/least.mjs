import { compile } from '../dist/index.js'

/** Caps that are tried: registers are handed out in eights, 255 is the most that a thread can have, and below 32 ptxas refuses. */
const CAPS = [...Array.from({ length: 28 }, (_, i) => 32 + 8 * i), 255]
const LAST = CAPS.length - 1
/** What stands for "spills however many registers there are". */
export const NEVER = 256

/**
 * The least cap without spills for a source and an architecture, from which on the next two caps do not spill either:
 * the compiler is not monotone. `NEVER` when 255 registers spill. `guess` is where to look first.
 */
export async function leastRegisters(source, { toolchain, architecture, cacheFolder, guess = 128 }) {
  return leastCap(async (maxRegisters) => {
    const compiled = await compile(source, { toolchain, architecture, maxRegisters, cacheFolder, timeoutMs: 240_000 })
    // Where registers are far too few, ptxas may look for places for minutes.
    if (compiled.status === 'timeout') return true
    if (compiled.status !== 'compiled') throw new Error(`${architecture}: ${compiled.message}`)
    return Object.values(compiled.reports).some(({ spillBytes }) => spillBytes > 0)
  }, guess)
}

/** The same for any answer to "does it spill with so many registers"; asks once for each cap. */
export async function leastCap(spillsAt, guess) {
  const known = new Map()
  const spills = (index) => {
    if (!known.has(index)) known.set(index, spillsAt(CAPS[index]))
    return known.get(index)
  }
  const start = CAPS.findIndex((cap) => cap >= Math.min(guess, 255))
  for (let least = await boundary(spills, start); least <= LAST;) {
    let spilling
    for (const above of [least + 1, least + 2]) if (above <= LAST && (await spills(above))) spilling = above
    if (spilling === undefined) return CAPS[least]
    least = await boundary(spills, Math.min(LAST, spilling + 1), spilling)
  }
  return NEVER
}

/** Between an index that spills and one that does not, found by doubling steps from `start` and then by halves. */
async function boundary(spills, start, floor = -1) {
  let [low, high] = [floor, LAST + 1]
  let at = start
  for (let stride = 1; at > low && at < high; stride *= 2) {
    if (await spills(at)) low = at
    else high = at
    at = at === low ? Math.min(LAST, at + stride) : Math.max(0, at - stride)
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (await spills(middle)) low = middle
    else high = middle
  }
  return high
}

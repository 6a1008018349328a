import { compile } from '../dist/index.js'

/** Caps that are tried: registers are handed out in eights, and 255 is the most that a thread can have. */
const CAPS = [...Array.from({ length: 29 }, (_, i) => 24 + 8 * i), 255]
/** What stands for "spills however many registers there are". */
export const NEVER = 256

/**
 * The least cap without spills for a source and an architecture, from which on the next two caps do not spill either:
 * the compiler is not monotone. `NEVER` when 255 registers spill.
 */
export async function leastRegisters(source, { toolchain, architecture, cacheFolder }) {
  const known = new Map()
  const spills = async (index) => {
    if (!known.has(index)) {
      const options = { toolchain, architecture, maxRegisters: CAPS[index], cacheFolder }
      const compiled = await compile(source, options)
      if (compiled.status !== 'compiled') throw new Error(`${architecture}: ${compiled.message}`)
      known.set(index, Object.values(compiled.reports)[0].spillBytes > 0)
    }
    return known.get(index)
  }
  const last = CAPS.length - 1
  if (await spills(last)) return NEVER
  let [low, high] = [0, last]
  for (;;) {
    while (low < high) {
      const middle = (low + high) >> 1
      if (await spills(middle)) low = middle + 1
      else high = middle
    }
    const above = []
    for (const index of [low + 1, low + 2]) if (index < last && (await spills(index))) above.push(index)
    if (above.length === 0) return CAPS[low]
    ;[low, high] = [above.at(-1) + 1, last]
  }
}

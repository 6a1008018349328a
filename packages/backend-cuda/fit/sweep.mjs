import { device } from '@tilewright/devices'
import { generate } from '@tilewright/codegen'
import { sample } from '@tilewright/solver'
import { spaceWithoutRule } from './rules.mjs'
import { leastRegisters } from './least.mjs'

/** One device for each architecture that the compiler treats differently; 8.6, 8.9 and 10.0 need what 9.0 needs. */
export const DEVICES = ['a100-80gb', 'h100-sxm', 'rtx-5090']

/**
 * The configurations of a family that the sweep compiles: one for every other pair of a stratum and a problem, as on a
 * chess board, where there is one.
 */
export function designOf({ id, devices, problems, strata }, seed) {
  const drawn = strata.flatMap(({ rules, sum }, s) =>
    problems.map((problemAt, p) => {
      if ((sum + p) % 2 === 1) return undefined
      // What a stratum asks for may not exist for a size on a device: the next ones are tried.
      for (let turn = 0; turn < 12; turn++) {
        const problem = problemAt(s + turn)
        const chosen = device(devices[(s + p + turn) % devices.length])
        const space = spaceWithoutRule(id, problem, chosen, `rule "stratum" : ${rules.join(' and ')}`)
        const [config] = sample(space, 1, seed + s * problems.length + p)
        if (config) return { problem, config }
      }
      return undefined
    }),
  )
  return drawn.filter((point) => point !== undefined)
}

/** The least registers of every point of the design on every architecture; `report` is told after each. */
export async function swept({ id }, design, { toolchain, cacheFolder, jobs, report }) {
  let done = 0
  return pooled(design, jobs, async ({ problem, config }) => {
    const { source } = generate({ ...id, problem, config })
    const least = []
    for (const name of DEVICES) {
      const { architecture } = device(name)
      const guess = least.at(-1)
      least.push(await leastRegisters(source, { toolchain, architecture, cacheFolder, guess }))
    }
    report(++done)
    return { problem, config, least }
  })
}

/** Runs `work` on every item, `jobs` at once; results in the order of the items. */
export async function pooled(items, jobs, work) {
  const results = []
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const index = next++
      results[index] = await work(items[index])
    }
  }
  await Promise.all(Array.from({ length: jobs }, worker))
  return results
}

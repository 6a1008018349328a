import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leastCap, NEVER } from './least.mjs'

const CAPS = [...Array.from({ length: 28 }, (_, i) => 32 + 8 * i), 255]
const guesses = fc.constantFrom(...CAPS, NEVER)

test('the least cap of a monotone compiler is found from any guess, in few questions', async () => {
  for (const least of [...CAPS, NEVER])
    for (const guess of [...CAPS, NEVER]) {
      let asked = 0
      const found = await leastCap(async (cap: number) => (asked++, cap < least), guess)
      expect(found, `least ${least}, guess ${guess}`).toBe(least)
      expect(asked).toBeLessThanOrEqual(12)
      if (guess === least) expect(asked).toBeLessThanOrEqual(4)
    }
})

test('of a compiler that is not monotone it is one that holds for the next two caps too', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: CAPS.length, maxLength: CAPS.length }),
      guesses,
      async (spills, guess) => {
        const found = await leastCap(async (cap: number) => spills[CAPS.indexOf(cap)]!, guess)
        if (found === NEVER) expect(spills.at(-1)).toBe(true)
        else expect(spills.slice(CAPS.indexOf(found)).slice(0, 3)).not.toContain(true)
      },
    ),
    { seed: 20261125 },
  )
})

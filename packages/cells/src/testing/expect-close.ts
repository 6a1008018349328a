import { expect } from 'vitest'

/** Fails unless both have the same length and each value is within `tolerance`, absolute plus relative, of the wanted one. */
export function expectClose(name: string, found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 1e-9): void {
  expect(found.length, `${name}: length`).toBe(wanted.length)
  for (let index = 0; index < wanted.length; index++) {
    const difference = Math.abs(found[index]! - wanted[index]!)
    // Written so that a NaN fails.
    const isClose = difference <= tolerance * (1 + Math.abs(wanted[index]!))
    if (!isClose) expect.fail(`${name}[${index}] is ${found[index]!}, wanted ${wanted[index]!} within ${tolerance}`)
  }
}

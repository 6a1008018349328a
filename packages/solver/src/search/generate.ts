// Where `new Function` may be used, and what has been built with it. Texts name givens and domains by position, so that
// spaces of one rule file can share them.

let isAllowed: boolean | undefined
const built = new Map<string, (...args: never[]) => unknown>()
const MOST_BUILT = 2_000

/** A function of these parameters with the body that `write` makes; nothing where the page forbids generated code. */
export function generated<F extends (...args: never[]) => unknown>(
  parameters: readonly string[],
  write: () => string,
): F | undefined {
  if (isAllowed === false) return undefined
  const body = write()
  const known = built.get(body)
  if (known) return known as F
  try {
    const made = new Function(...parameters, `"use strict";${body}`) as F
    isAllowed = true
    if (built.size >= MOST_BUILT) built.clear()
    built.set(body, made)
    return made
  } catch (error) {
    if (!(error instanceof EvalError)) throw error
    isAllowed = false
    return undefined
  }
}

/** Runs something as if generated code were forbidden: for tests of what such a page gets. */
export function withoutGenerated<T>(run: () => T): T {
  const before = isAllowed
  isAllowed = false
  try {
    return run()
  } finally {
    isAllowed = before
  }
}

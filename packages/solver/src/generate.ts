// Where `new Function` may be used and what has been built with it. Texts name givens and domains by position, so
// spaces of one rule file share them.

let isAllowed: boolean | undefined
const built = new Map<string, (...args: never[]) => unknown>()
const MOST_BUILT = 2_000

/** A function of these parameters with this body; nothing where the page forbids generated code. */
export function generated<F extends (...args: never[]) => unknown>(
  parameters: readonly string[],
  body: string,
): F | undefined {
  if (isAllowed === false) return undefined
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

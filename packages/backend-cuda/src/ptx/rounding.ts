const DIRECTED: Readonly<Record<string, string>> = { rz: 'Zero', rm: 'Down', rp: 'Up' }

/**
 * C++ for an operation in the rounding that the modifiers name; to nearest is what C++ does itself. An operation must be
 * one that IEEE 754 defines, so that the processor rounds it as the GPU would.
 */
export function rounded(
  modifiers: readonly string[],
  operands: readonly string[],
  make: (operands: readonly string[]) => string,
): string {
  const rounding = modifiers.map((word) => DIRECTED[word]).find((name) => name !== undefined)
  if (rounding === undefined) return make(operands)
  const names = operands.map((_, i) => 'abc'[i]!)
  const parameters = names.map((name) => `auto ${name}`).join(', ')
  return `rounded<Rounding::${rounding}>([](${parameters}) { return ${make(names)}; }, ${operands.join(', ')})`
}

/** A product of nodes with a factor in front; the nodes ascending, each as often as it occurs. */
export interface Term {
  readonly factor: number
  readonly atoms: readonly number[]
}

/** A sum of terms, no two of the same atoms. */
export type Polynomial = readonly Term[]

/** The sum of two, the second times a factor. */
export function sum(a: Polynomial, b: Polynomial, times = 1): Polynomial {
  return collected([...a, ...b.map(({ factor, atoms }) => ({ factor: times * factor, atoms }))])
}

export function product(a: Polynomial, b: Polynomial): Polynomial {
  const terms = a.flatMap((left) =>
    b.map((right) => ({
      factor: left.factor * right.factor,
      atoms: [...left.atoms, ...right.atoms].sort((x, y) => x - y),
    })),
  )
  return collected(terms)
}

function collected(terms: Polynomial): Polynomial {
  const byAtoms = new Map<string, Term>()
  for (const { factor, atoms } of terms) {
    const key = atoms.join()
    byAtoms.set(key, { factor: factor + (byAtoms.get(key)?.factor ?? 0), atoms })
  }
  return [...byAtoms.values()].filter(({ factor }) => factor !== 0)
}

/** The atom that most terms have in common, if two or more do. */
export function commonAtom(terms: Polynomial): number | undefined {
  const counts = new Map<number, number>()
  for (const { atoms } of terms) for (const atom of new Set(atoms)) counts.set(atom, (counts.get(atom) ?? 0) + 1)
  let common: number | undefined
  for (const [atom, count] of counts) if (count > (common === undefined ? 1 : counts.get(common)!)) common = atom
  return common
}

/** The terms with an atom, without it once, and the others. */
export function divided(terms: Polynomial, atom: number): { readonly quotient: Polynomial; readonly rest: Polynomial } {
  const quotient = terms
    .filter(({ atoms }) => atoms.includes(atom))
    .map(({ factor, atoms }) => ({ factor, atoms: atoms.toSpliced(atoms.indexOf(atom), 1) }))
  return { quotient, rest: terms.filter(({ atoms }) => !atoms.includes(atom)) }
}

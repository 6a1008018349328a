/** What went wrong, stable across versions: a cell that cannot be, or a tensor of the wrong length. */
export type CellErrorCode = 'E_CELL' | 'E_SHAPE'

/** Thrown on misuse of this package: `E_CELL` for a cell or expression that cannot be, `E_SHAPE` for sizes and lengths. */
export class CellError extends Error {
  readonly code: CellErrorCode

  constructor(code: CellErrorCode, message: string) {
    super(message)
    this.name = 'CellError'
    this.code = code
  }
}

export function unknownCell(name: string, known: readonly string[]): CellError {
  const guess = closest(name, known)
  const hint = guess === undefined ? 'use one of these or register it' : `did you mean ${guess}?`
  return new CellError('E_CELL', `cell ${name}: unknown cell: there are ${known.join(', ')}; ${hint}`)
}

export function duplicateCell(name: string): CellError {
  return new CellError('E_CELL', `cell ${name}: the name is taken: ${name} is registered already; choose another name`)
}

export function unusable(cell: string, place: string, problem: string, values: string, remedy: string): CellError {
  return new CellError('E_CELL', `cell ${cell}, ${place}: ${problem}: ${values}; ${remedy}`)
}

export function badConstant(value: number): CellError {
  return new CellError('E_CELL', `constant: not a finite float32: ${value}; use a finite value below 3.4e38`)
}

export function badName(name: string): CellError {
  return new CellError(
    'E_CELL',
    `name ${JSON.stringify(name)}: not an identifier in CUDA and WGSL: ${JSON.stringify(name)}; use letters, digits and single underscores, a letter first`,
  )
}

export function badCellName(name: string): CellError {
  return new CellError(
    'E_CELL',
    `cell ${JSON.stringify(name)}: no kernel can be called after it; use letters, digits and single hyphens, a letter first`,
  )
}

export function unknownSaved(cell: string, name: string, known: readonly string[]): CellError {
  return new CellError(
    'E_CELL',
    `cell ${cell}: no expression named ${name}: there are ${known.join(', ') || 'none'}; save one of these or name it with named()`,
  )
}

export function wrongSize(cell: string, name: string, value: number): CellError {
  return new CellError('E_SHAPE', `cell ${cell}: ${name} is not a count: ${value}; use a positive integer`)
}

export function wrongLength(
  cell: string,
  tensor: string,
  found: number,
  shape: readonly (readonly [string, number])[],
): CellError {
  const wanted = shape.reduce((product, [, count]) => product * count, 1)
  const axes = shape.map(([axis, count]) => `${axis} ${count}`).join(' × ')
  return new CellError(
    'E_SHAPE',
    `cell ${cell}: ${tensor} has the wrong length: ${found} elements; give ${wanted} (${axes})`,
  )
}

export function missingTensor(cell: string, tensor: string, wanted: readonly string[]): CellError {
  return new CellError(
    'E_SHAPE',
    `cell ${cell}: input ${tensor} is missing: the cell reads ${wanted.join(', ')}; give each`,
  )
}

/** The nearest known name, if it is near enough that a typing error explains it. */
function closest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= Math.ceil(name.length / 3) ? best.candidate : undefined
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, j) => j)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const substitution = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[right.length]!
}

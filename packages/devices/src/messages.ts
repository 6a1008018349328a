/** `h100: unknown device; did you mean h100-sxm or h100-pcie?` */
export function unknownDevice(name: string, nearest: readonly string[]): string {
  return `${name}: unknown device; did you mean ${anyOf(nearest)}?`
}

/** An architecture whose limits are known, of which the catalogue has no part. */
export function noPart(architecture: string, known: readonly string[]): string {
  return `${architecture}: no part of this architecture is in the catalogue; use ${anyOf(known)}, or describe the device in a FILE.json`
}

/** A compute capability without a row. */
export function unknownCapability(computeCapability: string, known: readonly string[]): string {
  return `${computeCapability}: unknown compute capability; known are ${known.join(', ')}`
}

/** One field of a device file that is wrong: where, what it is, what it has to be. */
export function wrongField(
  place: { readonly file: string; readonly path: string },
  found: unknown,
  wanted: string,
): string {
  const at = place.path === '' ? place.file : `${place.file}: ${place.path}`
  return `${at} is ${shown(found)}; it has to be ${wanted}`
}

/** A field that nothing reads, most often a typing error. */
export function unknownField(
  place: { readonly file: string; readonly path: string },
  known: readonly string[],
): string {
  return `${place.file}: ${place.path} is not a field of a device; the fields here are ${known.join(', ')}`
}

/** A block shape that is no block shape. */
export function wrongBlock(field: string, found: number, least: number): string {
  return `block: ${field} is ${found}; it has to be an integer of ${least} or more`
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function anyOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

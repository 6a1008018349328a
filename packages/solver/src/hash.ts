/** FNV-1a of a text in 64 bits, hex: tells rule sets apart in certificates; it is no defence against forgery. */
export function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const character of new TextEncoder().encode(text))
    hash = ((hash ^ BigInt(character)) * 0x100000001b3n) & 0xffffffffffffffffn
  return hash.toString(16).padStart(16, '0')
}

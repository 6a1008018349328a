/** How values of a PTX type are held and computed in C++. */
export interface ValueType {
  readonly kind: 'unsigned' | 'signed' | 'float' | 'half' | 'predicate'
  readonly bits: number
  /** As the instruction reads it. */
  readonly cpp: string
  /** Of registers declared so: the same bits, without a sign. */
  readonly container: string
}

function integer(bits: number): Record<string, ValueType> {
  const container = `uint${bits}_t`
  return {
    [`u${bits}`]: { kind: 'unsigned', bits, cpp: container, container },
    [`b${bits}`]: { kind: 'unsigned', bits, cpp: container, container },
    [`s${bits}`]: { kind: 'signed', bits, cpp: `int${bits}_t`, container },
  }
}

function half(bits: number, cpp: string): ValueType {
  return { kind: 'half', bits, cpp, container: `uint${bits}_t` }
}

const TYPES: Readonly<Record<string, ValueType>> = {
  ...integer(8),
  ...integer(16),
  ...integer(32),
  ...integer(64),
  f32: { kind: 'float', bits: 32, cpp: 'float', container: 'float' },
  f64: { kind: 'float', bits: 64, cpp: 'double', container: 'double' },
  f16: half(16, 'F16'),
  bf16: half(16, 'BF16'),
  f16x2: half(32, 'F16'),
  bf16x2: half(32, 'BF16'),
  tf32: half(32, 'TF32'),
  pred: { kind: 'predicate', bits: 1, cpp: 'bool', container: 'bool' },
}

/** The type that PTX calls so; undefined for a word that is no type we know. */
export function typeOf(word: string | undefined): ValueType | undefined {
  return word !== undefined && Object.hasOwn(TYPES, word) ? TYPES[word] : undefined
}

/** A name of PTX as C++ takes it. */
export function cppName(name: string): string {
  return name.replaceAll(/[%$.]/g, '_')
}

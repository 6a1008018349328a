import { GPUS } from './catalogue/cuda.ts'
import { ADAPTERS } from './catalogue/webgpu.ts'

// Words that say who made a part, not which part it is. `apple`, `intel` and `amd` stay: they are in our own names.
const NOT_NAMING = /\b(nvidia|geforce|tesla|quadro|corporation|corp|inc)\b/g

const NAME_OF_SLUG: ReadonlyMap<string, string> = new Map([
  ...GPUS.flatMap((row) => [row.name, row.title, ...row.titles].map((title) => [slug(title), row.name] as const)),
  ...ADAPTERS.flatMap(({ device, titles }) =>
    [device.name, ...titles].map((title) => [slug(title), device.name] as const),
  ),
])

/**
 * The catalogue's name of a part for whatever vendor or driver calls it (`NVIDIA H100 80GB HBM3` is `h100-sxm`); a
 * name in the same style for a part that the catalogue does not have (`NVIDIA GeForce RTX 3090 Ti` is `rtx-3090-ti`).
 */
export function normaliseName(title: string): string {
  const plain = slug(title)
  return NAME_OF_SLUG.get(plain) ?? plain
}

function slug(title: string): string {
  const text = title.toLowerCase().trim()
  if (/^sm_\d+$/.test(text)) return text
  // What stands in brackets is a trademark sign or a version: `Intel(R) Xe`, `llvmpipe (LLVM 15.0.7, 256 bits)`. A
  // part that is called by nothing but its maker keeps the maker's name.
  // Dawn writes the latter without brackets: `llvmpipe-llvm-15-0-6-256-bits-`.
  const words = text.replace(/\([^)]*\)/g, ' ').replace(/[ -]llvm-.*$/, '')
  const naming = words.replace(NOT_NAMING, ' ')
  const kept = /[a-z0-9]/.test(naming) ? naming : words
  return kept.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '')
}

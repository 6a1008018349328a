import { functionNames } from './print-functions.ts'
import type { Target } from './print-functions.ts'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

// C++20, section 5.11; GNU's typeof, and the macros of Linux compilers without underscores; CUDA's variables.
const CUDA = words(`
  alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t class co_await
  co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype default delete do
  double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace
  new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires return
  short signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef
  typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq
  typeof linux unix NULL blockDim blockIdx gridDim threadIdx warpSize`)

// WGSL, sections 15.1 and 15.2: keywords and reserved words; then the types and enumerants that kernels need.
const WGSL = words(`
  alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let loop
  override requires return struct switch true var while
  NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become cast catch class
  co_await co_return co_yield coherent column_major common compile compile_fragment concept const_cast consteval
  constexpr constinit crate debugger decltype delete demote demote_to_helper do dynamic_cast enum explicit export extends
  extern external fallthrough filter final finally friend from fxgroup get goto groupshared highp impl implements import
  inline instanceof interface layout lowp macro macro_rules match mediump meta mod module move mut mutable namespace new
  nil noexcept noinline nointerpolation non_coherent noncoherent noperspective null nullptr of operator package packoffset
  partition pass patch pixelfragment precise precision premerge priv protected pub public readonly ref regardless register
  reinterpret_cast require resource restrict self set shared sizeof smooth snorm static static_assert static_cast std
  subroutine super target template this thread_local throw trait try type typedef typeid typename typeof union unless
  unorm unsafe unsized use using varying virtual volatile wgsl where with writeonly yield
  array atomic bool f16 f32 function i32 private ptr read read_write storage u32 uniform vec2 vec3 vec4 workgroup`)

const RESERVED: Readonly<Record<Target, ReadonlySet<string>>> = {
  cuda: new Set([...CUDA, ...functionNames('cuda')]),
  wgsl: new Set([...WGSL, ...functionNames('wgsl')]),
}

/** Whether nothing around printed code may have this name: a word of the language, or a function that the code calls. */
export function isReserved(name: string, target: Target): boolean {
  return RESERVED[target].has(name)
}

/** Hands out names that nothing else has. */
export interface NameGiver {
  /** The wanted name, or with a number at its end the next that is free. */
  give(wanted: string): string
  /** `v1`, `v2`, …: for values that nobody has named. */
  invent(): string
}

/** Names apart from the reserved words and from those that are taken; invented ones keep clear of `wanted` too. */
export function nameGiver(target: Target, taken: Iterable<string>, wanted: Iterable<string>): NameGiver {
  const used = new Set([...RESERVED[target], ...taken])
  const kept = new Set(wanted)
  let invented = 0
  return {
    give(name) {
      let free = name
      for (let count = 2; used.has(free); count++) free = `${name}_${count}`
      used.add(free)
      return free
    },
    invent() {
      let free: string
      do free = `v${++invented}`
      while (used.has(free) || kept.has(free))
      used.add(free)
      return free
    },
  }
}

/** All identifiers in a piece of code. */
export function identifiersIn(code: string): string[] {
  return code.match(/[A-Za-z_]\w*/g) ?? []
}

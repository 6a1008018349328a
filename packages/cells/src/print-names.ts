// Words that a printed name must not be: keywords and reserved words of C++ and WGSL, types, and the functions that
// printed code calls. WGSL 1 section 16.2 reserves the odd ones (`active`, `self`, `target`).
const RESERVED =
  `alias asm auto bool break case catch char class const const_assert constexpr continue continuing default delete
  diagnostic discard do double else enable enum explicit export extern f16 f32 false float fn for friend goto half i32 if
  inline int let long loop mutable namespace new noexcept null operator override private protected public register
  requires return short signed sizeof static struct switch template this throw true try typedef typename u32 union
  unsigned using var vec2 vec3 vec4 virtual void volatile while abstract active alignas alignof array as async atomic
  attribute await become cast common compile concept crate debugger decltype demote enum export extends external
  fallthrough filter final finally from get groupshared handle highp impl implements import instanceof interface layout
  lowp macro match meta mod module move mut nil of package pass patch precise precision premerge priv pub readonly ref
  require resource restrict self set shared smooth snorm std subroutine super target trait type unless unorm unsafe use
  varying virtual where with writeonly yield
  abs cos cosh exp expf fabsf fmaxf fminf fma log log1pf log1p_unit log_sigmoid logf max min pow round select sigmoid sign
  sin sinh softplus sqrt sqrtf stable_tanh step tan tanh tanhf trunc j0 j1 jn y0 y1 yn`.split(/\s+/)

/** Hands out names that nothing else has. */
export interface NameGiver {
  /** The wanted name, or with a number at its end the next that is free. */
  give(wanted: string): string
  /** `v1`, `v2`, …: for values that nobody has named. */
  invent(): string
}

/** Names apart from the reserved words and from those that are taken; invented ones keep clear of `wanted` too. */
export function nameGiver(taken: Iterable<string>, wanted: Iterable<string>): NameGiver {
  const used = new Set([...RESERVED, ...taken])
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

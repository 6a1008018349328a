import type { Kernel } from '@tilewright/codegen'
import type { Tensors } from '@tilewright/kernels'

const COUNTS = 'accesses'

const COUNTING = `
@group(0) @binding(1) var<storage, read_write> ${COUNTS}: array<atomic<u32>>;

fn counted(buffer: u32, index: u32) -> u32 {
  atomicAdd(&${COUNTS}[buffer], 1u);
  return index;
}
`

/** A kernel in WGSL that also counts how often its threads read or write each of its buffers, in a buffer before these. */
export function counted(kernel: Kernel): Kernel {
  const { buffers, dispatches } = kernel.plan
  const counts = { name: COUNTS, role: 'output', dtype: 'f32', shape: [buffers.length] } as const
  const source = kernel.source.replace(
    /@binding\((\d+)\) var<storage/g,
    (_, index) => `@binding(${Number(index) + 1}) var<storage`,
  )
  return {
    ...kernel,
    source: buffers.map(({ name }) => name).reduce(withCountedIndices, source) + COUNTING,
    plan: {
      buffers: [counts, ...buffers],
      dispatches: dispatches.map((dispatch) => ({ ...dispatch, buffers: [COUNTS, ...dispatch.buffers] })),
    },
  }
}

/** What was counted, by buffer. An output starts with all bits set, a NaN, which one more makes 0. */
export function countsOf({ plan }: Kernel, outputs: Tensors): Readonly<Record<string, number>> {
  const bits = outputs[COUNTS]!
  const counts = new Uint32Array(bits.buffer, bits.byteOffset, bits.length)
  return Object.fromEntries(plan.buffers.slice(1).map(({ name }, i) => [name, (counts[i]! + 1) >>> 0]))
}

/** `name[index]` becomes `name[counted(buffer, index)]`, wherever it stands. */
function withCountedIndices(source: string, name: string, buffer: number): string {
  const access = new RegExp(`(?<![\\w.])${name}\\[`, 'g')
  let text = ''
  let from = 0
  for (const match of source.matchAll(access)) {
    const start = match.index + match[0].length
    const end = closing(source, start)
    // An index may read another buffer, which is counted in its turn.
    text += `${source.slice(from, start)}counted(${buffer}u, u32(${source.slice(start, end)}))`
    from = end
  }
  return text + source.slice(from)
}

/** Where the bracket closes that was opened before `start`. */
function closing(text: string, start: number): number {
  let depth = 1
  for (let i = start; i < text.length; i++) {
    if (text[i] === '[') depth++
    if (text[i] === ']' && --depth === 0) return i
  }
  throw new Error('a bracket is not closed')
}

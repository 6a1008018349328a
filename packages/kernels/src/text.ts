import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Configuration, KernelId, Problem } from './problem.ts'

/** SHA-256 of a text, hex. */
export function hashOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)))
}

/** `ROW_TILES=2 WARPS_K=4`: the parameters in declaration order. */
export function assignmentsText(config: Configuration): string {
  return Object.entries(config)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

/** `ROW_TILES=2 WARPS_K=4 (3f9a1c)`: the parameters in declaration order and the first six digits of their hash. */
export function configText(config: Configuration): string {
  return `${assignmentsText(config)} (${configHash(config)})`
}

/** Six hex digits that stand for a configuration in file names and tables. */
export function configHash(config: Configuration): string {
  return hashOf(JSON.stringify(config)).slice(0, 6)
}

/** `lstm, batch 16, time 1024, heads 1, head dim 768, bf16`, and a scan's flags: `, tbd, packed gate hidden, resets` */
export function problemText(problem: Problem): string {
  const { cell, batch, time, heads, headDim, dtype } = problem
  const sizes = `${cell}, batch ${batch}, time ${time}, heads ${heads}, head dim ${headDim}, ${dtype}`
  return [sizes, ...flagTexts(problem)].join(', ')
}

/** A text for each flag that is given: `tbd`, `packed gate hidden`, `resets`, … */
export function flagTexts({ layout, packed, resets, cuSeqlens, checkpoint }: Problem): readonly string[] {
  return [
    ...(layout ? [layout] : []),
    ...(packed ? [`packed ${packed.join(' ')}`] : []),
    ...(resets ? ['resets'] : []),
    ...(cuSeqlens ? ['cuSeqlens'] : []),
    ...(checkpoint ? [`checkpoint ${checkpoint}`] : []),
  ]
}

/** `recurrent-fused forward cuda` */
export function kernelText(id: KernelId): string {
  return `${id.kernel} ${id.pass} ${id.target}`
}

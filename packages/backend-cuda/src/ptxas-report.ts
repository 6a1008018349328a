import type { CompilerReport } from '@tilewright/tuner'

/** What `ptxas -v` says of one entry point; barriers are the named block barriers that it uses. */
export interface EntryReport extends CompilerReport {
  readonly barriers: number
}

/**
 * Reads what `ptxas -v` wrote to stderr: a report for each entry point, by name. Parts that are zero are left out of
 * that text, and so are 0 here. Functions that are no entry points have properties but no `Used` line, and are left
 * out.
 */
export function parsePtxasReport(text: string): Readonly<Record<string, EntryReport>> {
  const reports: Record<string, EntryReport> = {}
  let entry: { name: string; architecture: string } | undefined
  let frame = { stackBytes: 0, spillBytes: 0 }
  let ofEntry = false
  for (const line of text.split('\n')) {
    const compiling = /Compiling entry function '([^']+)' for '([^']+)'/.exec(line)
    if (compiling) {
      entry = { name: compiling[1]!, architecture: compiling[2]! }
      frame = { stackBytes: 0, spillBytes: 0 }
    }
    const properties = /Function properties for (\S+)/.exec(line)
    if (properties) ofEntry = properties[1] === entry?.name
    const bytes = /(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads/.exec(line)
    // Stores and loads are the same values seen twice; the greater of the two is what had no register.
    if (bytes && ofEntry)
      frame = { stackBytes: Number(bytes[1]), spillBytes: Math.max(Number(bytes[2]), Number(bytes[3])) }
    const used = /Used (\d+) registers/.exec(line)
    if (used && entry) {
      reports[entry.name] = {
        architecture: entry.architecture,
        registers: Number(used[1]),
        ...frame,
        sharedBytes: Number(/(\d+) bytes smem/.exec(line)?.[1] ?? 0),
        barriers: Number(/used (\d+) barriers/.exec(line)?.[1] ?? 0),
      }
      entry = undefined
    }
  }
  return reports
}

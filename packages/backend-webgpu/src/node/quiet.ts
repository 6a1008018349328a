import { closeSync, openSync } from 'node:fs'
import koffi from 'koffi'

/**
 * Runs `work` with the process's stderr going nowhere. Dawn's native code prints warnings about limits it reduces, once for
 * each adapter and request, straight to file descriptor 2, where no JavaScript gets hold of them. Only for synchronous
 * work: whatever else is written meanwhile is lost.
 */
export function quietly<T>(work: () => T): T {
  if (process.platform !== 'linux') return work()
  const libc = koffi.load(null)
  const dup = libc.func('int dup(int)') as (fd: number) => number
  const dup2 = libc.func('int dup2(int, int)') as (from: number, to: number) => number
  const nowhere = openSync('/dev/null', 'w')
  const kept = dup(2)
  try {
    dup2(nowhere, 2)
    return work()
  } finally {
    dup2(kept, 2)
    closeSync(kept)
    closeSync(nowhere)
  }
}

import { spawnSync } from 'node:child_process'
import { presentAdapters, type PresentDevice } from './device-option.ts'

const command = new URL('../bin/tilewright.js', import.meta.url).pathname

// What tests see must not depend on whether this machine has an NVIDIA GPU.
process.env['TILEWRIGHT_LIBCUDA'] = 'libcuda-of-nobody.so.1'

/** What a user sees of a command: exit codes, stdout and stderr are the contract. */
export interface Seen {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script of Node in a folder. */
export function ran(folder: string, script: string, ...args: readonly string[]): Seen {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', cwd: folder })
  return { code: status, stdout, stderr }
}

/** The built command, run in a folder. */
export function tilewrightIn(folder: string): (...args: readonly string[]) => Seen {
  return (...args) => ran(folder, command, ...args)
}

/** The adapters of this machine; the continuous integration has one. */
export async function adaptersHere(): Promise<readonly PresentDevice[]> {
  const adapters = await presentAdapters()
  const text = 'no WebGPU adapter: tests of what runs did not run; node scripts/vulkan.mjs fetches a driver'
  if (adapters.length === 0 && process.env['CI']) throw new Error(text)
  if (adapters.length === 0) process.stderr.write(`cli: ${text}\n`)
  return adapters
}

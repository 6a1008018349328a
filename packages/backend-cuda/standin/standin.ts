import { readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hashOf, openCache } from '../src/cache.ts'
import { execute } from '../src/child.ts'
import type { Program } from '../src/program.ts'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))
const RUNTIME = fileURLToPath(new URL('../runtime/', import.meta.url))

/** To be used as ptxas with it; needs the package built. */
export const PTXAS: string = join(FOLDER, 'ptxas.mjs')

/** The stand-in for the driver's library, built: libcuda.cpp with the CPU runtime in it. */
export async function buildStandIn(cxx: Program): Promise<string> {
  const runtime = (await readdir(RUNTIME)).toSorted()
  const parts = runtime.filter((name) => name.endsWith('.cpp') && name !== 'runner.cpp')
  const files = [join(FOLDER, 'libcuda.cpp'), ...runtime.map((name) => join(RUNTIME, name))]
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  const key = [cxx.version, hashOf(texts)]
  const folder = await openCache().entry('standin', key, async (draft) => {
    const all = join(draft, 'all.cpp')
    const sources = [...parts.map((name) => join(RUNTIME, name)), join(FOLDER, 'libcuda.cpp')]
    await writeFile(all, sources.map((file) => `#include "${file}"\n`).join(''))
    const flags = ['-std=c++20', '-O1', '-fPIC', '-shared', '-fwrapv', '-fno-strict-aliasing', '-ffp-contract=off']
    const ended = await execute(cxx.path, [...flags, '-o', join(draft, 'libcuda.so.1'), all, '-ldl'], {
      timeoutMs: 180_000,
    })
    if (ended.code !== 0) throw new Error(`${basename(all)}: ${ended.stderr}`)
    return true
  })
  return join(folder, 'libcuda.so.1')
}

import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as later } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { found } from '../test-kernels/harness.ts'
import { compile, compileVariants } from './compile.ts'
import { runCompiler } from './compiler.ts'
import { findToolchain } from './toolchain.ts'
import type { NvccToolchain } from './toolchain.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tilewright-compiler-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A compiler that is a shell script; it says a version when asked. */
async function script(name: string, body: string): Promise<string> {
  const path = join(folder, name)
  const version = 'if [ "$1" = --version ]; then echo "release 13.0, V13.0.0"; exit; fi'
  await writeFile(path, `#!/bin/sh\n${version}\n${body}\n`)
  await chmod(path, 0o755)
  return path
}

const call = { args: [], what: 'ptxas for sm_90', reason: 'ptxas', timeoutMs: 10_000 }

test('what a compiler writes to stderr is its log, or quoted where it refuses', async () => {
  const program = await script('fine', 'echo "ptxas info : fine" >&2')
  expect(await runCompiler({ ...call, program })).toBe('ptxas info : fine\n')
  const refusing = await script('refusing', 'echo "line 3: no such instruction" >&2; exit 255')
  expect(await runCompiler({ ...call, program: refusing })).toEqual({
    status: 'compile',
    reason: 'ptxas',
    message: 'line 3: no such instruction',
  })
  const silent = await script('silent', 'exit 7')
  expect(await runCompiler({ ...call, program: silent })).toMatchObject({
    message: 'ptxas for sm_90: ended with exit code 7 and said nothing',
  })
})

test('a compiler that cannot be started is a failure', async () => {
  expect(await runCompiler({ ...call, program: join(folder, 'nowhere') })).toMatchObject({
    status: 'compile',
    message: expect.stringMatching(/^spawn .*nowhere ENOENT$/) as string,
  })
})

test('a compiler that crashes is a failure that names the signal', async () => {
  const program = await script('crashing', 'kill -SEGV $$')
  expect(await runCompiler({ ...call, program })).toEqual({
    status: 'compile',
    reason: 'ptxas',
    message: 'ptxas for sm_90: died of SIGSEGV',
  })
  const talking = await script('talking', 'echo "internal error" >&2; kill -ABRT $$')
  expect(await runCompiler({ ...call, program: talking })).toMatchObject({
    message: 'ptxas for sm_90: died of SIGABRT: internal error',
  })
})

test('a compiler that does not end is a timeout, and what it started ends with it', async () => {
  // The shell waits for a program that holds its stderr, as nvcc waits for cicc.
  const program = await script('hanging', `sh -c 'echo $$ > ${folder}/child; sleep 60; :'\nexit 0`)
  expect(await runCompiler({ ...call, program, timeoutMs: 400 })).toEqual({
    status: 'timeout',
    reason: 'ptxas',
    message: 'ptxas for sm_90: no end after 400 ms',
  })
  const child = (await readFile(join(folder, 'child'), 'utf8')).trim()
  await expect.poll(() => isRunning(child), { timeout: 5000 }).toBe(false)
})

// One that nobody has waited for yet is in state Z.
async function isRunning(pid: string): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return /\) [^Z]/.test(stat)
}

test('no more compilers run at once than there are cores', async () => {
  const running = join(folder, 'running')
  const program = await script(
    'counted',
    `mkdir -p ${running}; : > ${running}/$$; ls ${running} | wc -l >&2; sleep 0.1; rm ${running}/$$`,
  )
  const logs = await Promise.all(Array.from({ length: 12 }, () => runCompiler({ ...call, program })))
  for (const log of logs) expect(Number(log)).toBeLessThanOrEqual(availableParallelism())
  expect(Math.max(...logs.map(Number))).toBeGreaterThan(0)
  // All cores were given back, by those that failed, too.
  const failing = await script('failing', 'kill -SEGV $$')
  await Promise.all(
    Array.from({ length: 2 * availableParallelism() }, () => runCompiler({ ...call, program: failing })),
  )
  const ended = await Promise.race([runCompiler({ ...call, program }), later(20_000, 'no core', { ref: false })])
  expect(Number(ended)).toBe(1)
})

describe.runIf(found.status === 'found' && found.compiler === 'nvcc')('with nvcc', { timeout: 60_000 }, () => {
  const toolchain = found as NvccToolchain
  const source = 'extern "C" __global__ void twice(float* x) { x[threadIdx.x] *= 2.0f; }'

  test('a ptxas that crashes costs one compile, and the next one works', async () => {
    const cacheFolder = join(folder, 'cache')
    const crashing = await script('ptxas', 'kill -SEGV $$')
    const broken = await findToolchain({ ptxas: crashing })
    if (broken.status !== 'found') throw new Error(broken.message)
    const options = { architecture: 'sm_90', cacheFolder }
    const failure = { status: 'compile', reason: 'ptxas', message: 'ptxas for sm_90: died of SIGSEGV' }
    expect(await compile(source, { ...options, toolchain: broken })).toEqual(failure)
    // Even where the version is the same: nothing of the crash was kept.
    const sameVersion = { ...toolchain, ptxas: { ...toolchain.ptxas, path: crashing } }
    expect(await compile(source, { ...options, toolchain: sameVersion })).toEqual(failure)
    expect(await compile(source, { ...options, toolchain })).toMatchObject({ status: 'compiled' })
  })

  test('an nvcc that hangs costs one compile, and all who wait for it are told why', async () => {
    const nvcc = await script('nvcc', 'sleep 60\nexit 0')
    const broken = await findToolchain({ nvcc })
    if (broken.status !== 'found') throw new Error(broken.message)
    const variants = [{ architecture: 'sm_80' }, { architecture: 'sm_90' }]
    const options = { cacheFolder: join(folder, 'hang'), timeoutMs: 300 }
    const failure = { status: 'timeout', reason: 'nvcc', message: 'nvcc kernel.cu: no end after 300 ms' }
    expect(await compileVariants(source, variants, { ...options, toolchain: broken })).toEqual([failure, failure])
    expect(await compile(source, { architecture: 'sm_80', cacheFolder: options.cacheFolder, toolchain })).toMatchObject(
      {
        status: 'compiled',
      },
    )
  })

  test('architectures and caps share one PTX, in the order asked for', async () => {
    const cacheFolder = join(folder, 'variants')
    const variants = [
      { architecture: 'sm_120' },
      { architecture: 'sm_80' },
      { architecture: 'sm_90', maxRegisters: 32 },
      { architecture: 'sm_10' },
      { architecture: 'sm_90' },
    ]
    const compiled = await compileVariants(source, variants, { toolchain, cacheFolder })
    expect(compiled).toMatchObject([
      { reports: { twice: { architecture: 'sm_120' } } },
      { reports: { twice: { architecture: 'sm_80' } } },
      { reports: { twice: { architecture: 'sm_90' } } },
      { status: 'compile', reason: 'nvcc' },
      { reports: { twice: { architecture: 'sm_90' } } },
    ])
    const entries = await readdir(cacheFolder)
    expect(entries.filter((name) => name.startsWith('ptx-'))).toHaveLength(1)
    expect(entries.filter((name) => name.startsWith('cubin-'))).toHaveLength(4)
    const last = compiled[4]!
    expect(last.status === 'compiled' && (await readFile(last.cubin)).subarray(1, 4).toString()).toBe('ELF')
  })
})

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildModule, compile, runModule } from '../src/index.ts'
import type { Toolchain } from '../src/index.ts'
import { openCache } from '../src/cache.ts'
import { execute } from '../src/child.ts'
import { ROWS } from './inputs.ts'
import { COLUMNS } from './program.ts'
import type { Program } from './program.ts'
import { bodyText, resultsOf } from './source.ts'
import { isNaNPattern } from './types.ts'
import type { CType } from './types.ts'

/** Programs that are compiled and run together, and on what. */
export interface Batch {
  readonly programs: readonly Program[]
  readonly inputs: Uint32Array
  /** `sm_80` */
  readonly architecture: string
}

/** The first result of a program that differs, in the first row where it does. */
export interface Difference {
  readonly program: Program
  readonly row: number
  /** Index of the result. */
  readonly index: number
  /** Bits of all results of the row. */
  readonly translated: readonly bigint[]
  readonly host: readonly bigint[]
}

export interface Outcome {
  readonly differences: readonly Difference[]
  /** Opcodes that were executed. */
  readonly opcodes: readonly string[]
}

/** Where things are kept, and what compiles them. */
export interface Bench {
  readonly toolchain: Toolchain
  readonly cacheFolder?: string
}

// The host's compiler must not fuse, wraps like the device's integers, and observes the rounding that host.h sets.
const HOST_FLAGS = [
  '-std=c++20',
  '-O1',
  '-fwrapv',
  '-ffp-contract=off',
  '-fno-strict-aliasing',
  '-frounding-math',
  '-w',
]

/**
 * Runs programs twice, as PTX that nvcc made on the CPU runtime and as C that the host's compiler made, and compares all
 * results to the bit; of a NaN only that it is one. Throws where something does not compile or run.
 */
export async function runBatch(batch: Batch, bench: Bench): Promise<Outcome> {
  const [device, host] = await Promise.all([runDevice(batch, bench), runHost(batch, bench)])
  const differences: Difference[] = []
  let at = 0
  for (const program of batch.programs) {
    const types = resultsOf(program).map(({ type }) => type)
    const size = ROWS * types.length
    const found = firstDifference(types, device.words.subarray(at, at + size), host.subarray(at, at + size))
    if (found !== undefined) differences.push({ program, ...found })
    at += size
  }
  return { differences, opcodes: device.opcodes }
}

function firstDifference(
  types: readonly CType[],
  translated: BigUint64Array,
  host: BigUint64Array,
): Omit<Difference, 'program'> | undefined {
  for (const [index, type] of types.entries())
    for (let row = 0; row < ROWS; row++) {
      const [a, b] = [translated, host].map((words) => words[row * types.length + index]!) as [bigint, bigint]
      if (a === b || (isNaNPattern(type, a) && isNaNPattern(type, b))) continue
      const [from, to] = [row * types.length, (row + 1) * types.length]
      return { row, index, translated: [...translated.slice(from, to)], host: [...host.slice(from, to)] }
    }
  return undefined
}

/** A header with those that it includes in their places. */
async function header(name: string): Promise<string> {
  const lines = (await readFile(new URL(name, import.meta.url), 'utf8')).split('\n')
  const parts = lines.map((line) => {
    const included = /^#include "(.+)"$/.exec(line)?.[1]
    return included === undefined ? line : header(included)
  })
  return (await Promise.all(parts)).join('\n')
}

async function runDevice(
  { programs, inputs, architecture }: Batch,
  { toolchain, cacheFolder }: Bench,
): Promise<{ readonly words: BigUint64Array; readonly opcodes: readonly string[] }> {
  if (toolchain.cxx.status === 'missing') throw new Error(toolchain.cxx.message)
  const kernels = programs.map(
    (program) =>
      `${bodyText(program)}extern "C" __global__ void ${program.name}(const u32* in, u32* out) {\n` +
      `  ${program.name}_body(in + threadIdx.x * ${COLUMNS}, out + threadIdx.x * ${2 * resultsOf(program).length});\n}\n`,
  )
  const source = [await header('device.h'), ...kernels].join('\n')
  const compiled = await compile(source, { toolchain, architecture, name: 'fuzz', ...(cacheFolder && { cacheFolder }) })
  if (compiled.status !== 'compiled') throw new Error(`${compiled.reason}: ${compiled.message}`)
  const module = await buildModule(compiled.ptx, { cxx: toolchain.cxx, name: 'fuzz', cacheFolder })
  if (module.status !== 'built') throw new Error(`${module.reason}: ${module.message}`)
  const buffers = programs.map((program) => ({
    name: program.name,
    role: 'output' as const,
    dtype: 'f32' as const,
    shape: [ROWS, 2 * resultsOf(program).length],
  }))
  const plan = {
    buffers: [{ name: 'in', role: 'input' as const, dtype: 'f32' as const, shape: [inputs.length] }, ...buffers],
    dispatches: programs.map(({ name }) => ({
      entryPoint: name,
      grid: [1, 1, 1] as const,
      block: [ROWS, 1, 1] as const,
      sharedBytes: 0,
      cooperative: false,
      buffers: ['in', name],
      scalars: [],
    })),
  }
  const ran = await runModule(module, plan, { in: new Float32Array(inputs.buffer) }, { seed: 0, timeoutMs: 120_000 })
  if (ran.status !== 'ran') throw new Error(`${ran.reason}: ${ran.message}`)
  const bytes = Buffer.concat(buffers.map(({ name }) => new Uint8Array(ran.outputs[name]!.buffer)))
  return {
    words: new BigUint64Array(Uint8Array.from(bytes).buffer),
    opcodes: [...compiled.ptx.matchAll(/^\s*(?:@!?%p\d+ )?([a-z][\w.:]*)\s[^;\n]*;/gm)].map((match) => match[1]!),
  }
}

async function runHost({ programs, inputs }: Batch, { toolchain, cacheFolder }: Bench): Promise<BigUint64Array> {
  if (toolchain.cxx.status === 'missing') throw new Error(toolchain.cxx.message)
  const cxx = toolchain.cxx
  const calls = programs.map(
    (program) =>
      `  for (int row = 0; row < ${ROWS}; row++, out += ${2 * resultsOf(program).length}) ` +
      `${program.name}_body(in + row * ${COLUMNS}, out);`,
  )
  const words = programs.reduce((sum, program) => sum + 2 * resultsOf(program).length * ROWS, 0)
  const main = [
    '#include <stdio.h>',
    `static u32 in[${inputs.length}], results[${words}];`,
    'int main(int, char** argv) {',
    '  FILE* const from = fopen(argv[1], "rb");',
    '  if (fread(in, 1, sizeof in, from) != sizeof in) return 1;',
    '  u32* out = results;',
    ...calls,
    '  FILE* const to = fopen(argv[2], "wb");',
    '  return fwrite(results, 1, sizeof results, to) == sizeof results && fclose(to) == 0 ? 0 : 1;',
    '}',
  ].join('\n')
  const source = [await header('host.h'), ...programs.map(bodyText), main].join('\n')
  const cache = openCache(cacheFolder)
  const folder = await cache.entry('fuzz', [source, inputs.join(), ...HOST_FLAGS, cxx.version], async (draft) => {
    const [code, data, program, results] = ['host.cpp', 'inputs', 'host', 'results'].map((name) =>
      join(draft, name),
    ) as [string, string, string, string]
    await Promise.all([writeFile(code, source), writeFile(data, inputs)])
    const compiled = await execute(cxx.path, [...HOST_FLAGS, '-o', program, code], { timeoutMs: 300_000 })
    const ran = compiled.code === 0 ? await execute(program, [data, results], { timeoutMs: 60_000 }) : compiled
    if (ran.code !== 0) throw new Error(`the host's program: ${ran.stderr}`)
    return true
  })
  const bytes = await readFile(join(folder, 'results'))
  return new BigUint64Array(Uint8Array.from(bytes).buffer)
}

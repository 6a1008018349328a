import { readFile } from 'node:fs/promises'
import type { Plan, PlanBuffer, Tensors } from '@tilewright/kernels'
import type { Failure } from '@tilewright/tuner'
import { buildModule, compile, findToolchain, runModule } from '../src/index.ts'
import type { CpuModule, Missing, Program, Toolchain } from '../src/index.ts'

/** The toolchain of this machine, and what of it is missing. */
export const found: Toolchain | Missing = await findToolchain()
const cxx: Program | Missing | undefined = found.status === 'found' ? found.cxx : undefined
export const missing: Missing | undefined =
  found.status === 'missing' ? found : cxx?.status === 'missing' ? cxx : undefined

/** A test kernel to be launched once. */
export interface Launch {
  readonly file: string
  readonly kernel: string
  /** Macros that plant a mistake. */
  readonly defines?: readonly string[]
  readonly architecture?: string
  readonly grid?: number | readonly [number, number, number]
  readonly block: number
  readonly sharedBytes?: number
  readonly cooperative?: boolean
  readonly inputs: Readonly<Record<string, { readonly values: Float32Array; readonly dtype?: PlanBuffer['dtype'] }>>
  readonly scratch?: readonly PlanBuffer[]
  readonly outputs: readonly Omit<PlanBuffer, 'role'>[]
  readonly scalars?: readonly number[]
  /** The kernel's buffers in its own order, where that is not inputs, outputs, scratch. */
  readonly order?: readonly string[]
  readonly seed?: number
  readonly watched?: boolean
  readonly timeoutMs?: number
}

/** A module of the test kernels, built for the CPU. */
export async function build(launch: Pick<Launch, 'file' | 'defines' | 'architecture'>): Promise<CpuModule | Failure> {
  if (found.status !== 'found' || cxx?.status !== 'found') throw new Error(missing!.message)
  const text = await readFile(new URL(launch.file, import.meta.url), 'utf8')
  const defines = (launch.defines ?? []).map((name) => `#define ${name}\n`).join('')
  // The line numbers of messages are those of the file.
  const source = `${defines}#line 1\n${text}`
  const name = launch.file.replace('.cu', '')
  const compiled = await compile(source, { toolchain: found, architecture: launch.architecture ?? 'sm_80', name })
  return compiled.status === 'compiled' ? buildModule(compiled.ptx, { cxx, name }) : compiled
}

export function planOf(launch: Launch): Plan {
  const buffers: readonly PlanBuffer[] = [
    ...Object.entries(launch.inputs).map(
      ([name, { values, dtype = 'f32' }]) => ({ name, role: 'input', dtype, shape: [values.length] }) as const,
    ),
    ...launch.outputs.map((output) => ({ ...output, role: 'output' }) as const),
    ...(launch.scratch ?? []),
  ]
  return {
    buffers,
    dispatches: [
      {
        entryPoint: launch.kernel,
        grid: typeof launch.grid === 'object' ? launch.grid : [launch.grid ?? 1, 1, 1],
        block: [launch.block, 1, 1],
        sharedBytes: launch.sharedBytes ?? 0,
        cooperative: launch.cooperative ?? false,
        buffers: launch.order ?? buffers.map(({ name }) => name),
        scalars: (launch.scalars ?? []).map((value, i) => ({ name: `scalar${i}`, value })),
      },
    ],
  }
}

/** Compiles, builds and runs; the answer is what a backend would give. */
export async function run(launch: Launch): Promise<{ readonly status: 'ran'; readonly outputs: Tensors } | Failure> {
  const module = await build(launch)
  if (module.status !== 'built') return module
  const inputs = Object.fromEntries(Object.entries(launch.inputs).map(([name, { values }]) => [name, values]))
  return runModule(module, planOf(launch), inputs, {
    seed: launch.seed ?? 0,
    watched: launch.watched ?? false,
    timeoutMs: launch.timeoutMs ?? 30_000,
  })
}

/** Runs, and gives the only output; throws what went wrong instead. */
export async function outputOf(launch: Launch): Promise<Float32Array> {
  const ran = await run(launch)
  if (ran.status !== 'ran') throw new Error(`${ran.status} ${ran.reason}: ${ran.message}`)
  return ran.outputs[launch.outputs[0]!.name]!
}

/** Numbers that repeat: mulberry32 of a seed, in [low, high). */
export function numbers(count: number, seed: number, low: number = -1, high: number = 1): Float32Array {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return low + ((high - low) * ((mixed ^ (mixed >>> 14)) >>> 0)) / 2 ** 32
  })
}

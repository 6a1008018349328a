import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { WebgpuError } from '../errors.ts'
import type { GpuSource } from '../gpu.ts'
import { watchWork } from './leaving.ts'
import { noAdapter, noRuntime, noSuchAdapter } from '../messages.ts'
import { quietly } from './quiet.ts'
import { driverFolder, systemHasVulkan, useDriver } from './vulkan.ts'

/** What an adapter says of itself; parts that it does not say are empty. */
export interface AdapterSummary {
  /** As Dawn lists it: `llvmpipe (LLVM 15.0.6, 256 bits)`. */
  readonly name: string
  readonly vendor: string
  readonly architecture: string
  readonly device: string
  readonly description: string
  /** Runs on the CPU. */
  readonly isFallback: boolean
}

interface Listed {
  readonly summary: AdapterSummary
  /** Dawn's options that select it. */
  readonly options: readonly string[]
}

type Create = (options: string[]) => GPU

// Timestamps are rounded to 65.536 µs unless this is off; it guards browsers against pages that spy on each other.
const OPTIONS = ['disable-dawn-features=timestamp_quantization']

// Dawn's devices use the instance they came from to the end and do not keep it alive: collected too early, it takes the
// process along. There are a handful.
const instances = new Map<string, GPU>()

let listed: Promise<readonly Listed[]> | undefined

/** The adapters of this machine, GPUs before drivers on the CPU; the place in the list is the index of `nodeGpu`. */
export async function listAdapters(): Promise<readonly AdapterSummary[]> {
  return (await adapters()).map(({ summary }) => summary)
}

/**
 * Dawn in this process, for `webgpuBackend`. With `adapter`, the one at that place of `listAdapters()`; with `backend:
 * 'null'`, one that checks everything and computes nothing. Throws `E_NO_RUNTIME` without the npm package `webgpu` and
 * `E_NO_ADAPTER` without a driver.
 *
 * The process does not end by itself while a device of it lives: close the backend.
 */
export async function nodeGpu(
  options: { readonly adapter?: number; readonly backend?: 'null' } = {},
): Promise<GpuSource> {
  if (options.backend === 'null') return source(['backend=null'])
  const found = await adapters()
  const index = options.adapter ?? 0
  const chosen = found[index]
  if (!chosen) {
    const names = found.map(({ summary }) => summary.name)
    const message = names.length === 0 ? noAdapter(`webgpu:${index}`) : noSuchAdapter(index, names)
    throw new WebgpuError('E_NO_ADAPTER', message)
  }
  return source(chosen.options)
}

async function source(options: readonly string[]): Promise<GpuSource> {
  const { version } = await dawn()
  const gpu = await instance([...OPTIONS, ...options])
  return {
    requestAdapter: (request) => quietly(() => gpu.requestAdapter(request)),
    runtime: `dawn.node ${version}`,
    watch: watchWork,
  }
}

/** Drivers are looked for once in a process: what it has loaded stays loaded. */
function adapters(): Promise<readonly Listed[]> {
  listed ??= findAdapters()
  return listed
}

async function findAdapters(): Promise<readonly Listed[]> {
  if (process.platform !== 'linux') return ask()
  const folder = driverFolder()
  // A driver folder that somebody named goes before the system's; the project's own cache is for systems without.
  if (!process.env['TILEWRIGHT_VULKAN'] && systemHasVulkan()) {
    const found = await ask()
    if (found.length > 0) return found
  }
  if (folder === undefined) return []
  useDriver(folder)
  return ask()
}

async function ask(): Promise<readonly Listed[]> {
  const named = await adapterOptions()
  const found: Listed[] = []
  for (const options of named) {
    const gpu = await instance(options)
    const adapter = await quietly(() => gpu.requestAdapter())
    if (!adapter) continue
    const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info
    const name = options.find((option) => option.startsWith('adapter='))?.slice('adapter='.length) ?? device
    found.push({ summary: { name, vendor, architecture, device, description, isFallback: isFallbackAdapter }, options })
  }
  return found.toSorted((a, b) => rank(a) - rank(b))
}

/** Dawn lists its adapters in one place only: the message that says that the one which was asked for is not there. */
async function adapterOptions(): Promise<readonly (readonly string[])[]> {
  const nobody = await instance(['adapter=(none of that name)'])
  const text = await quietly(() => nobody.requestAdapter()).then(
    () => '',
    (error: unknown) => String(error),
  )
  // OpenGL gives compatibility mode at best, and the null backend computes nothing.
  const lines = [...text.matchAll(/backend: '([^']+)', name: '([^']+)'/g)]
  return lines
    .filter(([, backend]) => !['null', 'opengl', 'opengles', 'webgpu'].includes(backend!))
    .map(([, backend, name]) => [`backend=${backend}`, `adapter=${name}`])
}

// lavapipe runs more kernels than SwiftShader: it has shader-f16 and 1024 threads to a block.
function rank({ summary }: Listed): number {
  if (!summary.isFallback) return 0
  return summary.vendor === 'mesa' ? 1 : 2
}

async function instance(options: readonly string[]): Promise<GPU> {
  const key = options.join(' ')
  const { create } = await dawn()
  const made = instances.get(key) ?? create([...options])
  instances.set(key, made)
  return made
}

async function dawn(): Promise<{ readonly create: Create; readonly version: string }> {
  try {
    const { create } = (await import('webgpu')) as unknown as { readonly create: Create }
    const entry = createRequire(import.meta.url).resolve('webgpu')
    const { version } = JSON.parse(readFileSync(join(dirname(entry), 'package.json'), 'utf8')) as { version: string }
    return { create, version }
  } catch (cause) {
    throw new WebgpuError('E_NO_RUNTIME', noRuntime(), { cause })
  }
}

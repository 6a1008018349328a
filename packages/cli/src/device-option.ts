import { existsSync, readFileSync } from 'node:fs'
import {
  cudaBackend,
  cudaCpuBackend,
  cudaGpuBackend,
  findGpus,
  findToolchain,
  type Gpu,
  type Toolchain,
} from '@tilewright/backend-cuda'
import { webgpuBackend } from '@tilewright/backend-webgpu'
import { listAdapters, nodeGpu } from '@tilewright/backend-webgpu/node'
import { device as deviceOf, readDevice, type Device } from '@tilewright/devices'
import type { Backend } from '@tilewright/tuner'
import { CommandError, EXIT, usage } from './exit-code.ts'

/** `--device` as every command explains it. */
export const DEVICE_HELP =
  'cuda:0, webgpu or webgpu:1 (hardware here), cuda-cpu (PTX run on the CPU), a model such as h100-sxm, sm_90 or FILE.json'

/** A GPU that this machine has, as `--device` takes it. */
export interface PresentDevice {
  readonly name: string
  readonly title: string
}

/** NVIDIA GPUs as CUDA has them, then adapters as WebGPU has them; one GPU may be both. */
export async function presentDevices(): Promise<readonly PresentDevice[]> {
  const [gpus, adapters] = await Promise.all([presentGpus(), presentAdapters()])
  return [...gpus, ...adapters]
}

/** NVIDIA GPUs that a driver gives; none where there is no driver. */
export async function presentGpus(): Promise<readonly PresentDevice[]> {
  const found = await findGpus()
  if (found.status === 'missing') return []
  return found.gpus.map(({ name, device, driver }) => ({ name, title: `${device.title}, ${driver}` }))
}

export async function presentAdapters(): Promise<readonly PresentDevice[]> {
  const adapters = await listAdapters()
  return adapters.map((adapter, index) => ({
    name: `webgpu:${index}`,
    title: [adapter.vendor, adapter.device, adapter.description].filter((part) => part !== '').join(', '),
  }))
}

/** The limits that `--device` names, where they are all that is needed: no compiler has to be here. */
export async function deviceNamed(name: string): Promise<Device> {
  const present = presentName(name)
  if (!present) return modelNamed(name)
  if (present === 'cuda') return (await gpuNamed(name)).device
  const backend = await openBackend(name)
  await backend.close()
  return backend.device
}

/** The backend that `--device` names. The caller closes it. Exit code 4 where hardware or a compiler is missing. */
export async function openBackend(name: string): Promise<Backend> {
  const present = presentName(name)
  if (present === 'cuda') return cudaGpuBackend(await gpuNamed(name), { toolchain: await toolchain(name) })
  if (present === 'cuda-cpu') return cudaCpuBackend({ toolchain: await cpuToolchain(name) })
  if (present === 'webgpu') return openWebgpu(indexOf(name), name)
  const device = modelNamed(name)
  if (device.api === 'cuda') return cudaBackend(device, { toolchain: await toolchain(name) })
  throw new CommandError(EXIT.missing, await notHere(name))
}

/** Which of this machine's devices a name means; nothing for a model. */
function presentName(name: string): 'webgpu' | 'cuda' | 'cuda-cpu' | undefined {
  if (name === 'cuda-cpu') return 'cuda-cpu'
  return /^(webgpu|cuda)(:\d+)?$/.exec(name)?.[1] as 'webgpu' | 'cuda' | undefined
}

/** A model by its name or its file. */
export function modelNamed(name: string): Device {
  return name.endsWith('.json') ? deviceFile(name) : deviceOf(name)
}

async function toolchain(name: string): Promise<Toolchain> {
  const found = await findToolchain()
  if (found.status === 'found') return found
  throw new CommandError(
    EXIT.missing,
    `${name}: ${found.message}; tilewright explain and tilewright generate need no compiler`,
  )
}

/** With a compiler for the CPU, without which nothing runs there. */
async function cpuToolchain(name: string): Promise<Toolchain> {
  const found = await toolchain(name)
  if (found.cxx.status === 'missing') throw new CommandError(EXIT.missing, `${name}: ${found.cxx.message}`)
  return found
}

/** `cuda` is the first. */
function indexOf(name: string): number {
  return Number(name.split(':')[1] ?? 0)
}

async function gpuNamed(name: string): Promise<Gpu> {
  const found = await findGpus()
  const instead = 'tune for a model of it (--device h100-sxm), or check it on the CPU (--device cuda-cpu)'
  if (found.status === 'missing') throw new CommandError(EXIT.missing, `${name}: ${found.message}; ${instead}`)
  const gpu = found.gpus[indexOf(name)]
  if (gpu) return gpu
  const names = found.gpus.map((other) => `${other.name} (${other.device.title})`).join(', ')
  throw new CommandError(EXIT.missing, `${name}: there is no such GPU here: found ${names}; ${instead}`)
}

async function openWebgpu(index: number, name: string): Promise<Backend> {
  const present = await presentAdapters()
  if (index >= present.length) {
    const found = present.length === 0 ? 'no adapter was found' : `found ${present.map((d) => d.name).join(', ')}`
    throw new CommandError(
      EXIT.missing,
      `${name}: there is no such adapter here: ${found}; a CPU Vulkan driver will do (npm start fetches one), or tune for a model (--device h100-sxm)`,
    )
  }
  return webgpuBackend(await nodeGpu({ adapter: index }), { name: `webgpu:${index}` })
}

function deviceFile(path: string): Device {
  if (!existsSync(path))
    throw usage(`${path}: there is no such file; name a device file or one of the models (tilewright devices)`)
  try {
    return readDevice(JSON.parse(readFileSync(path, 'utf8')), path)
  } catch (error) {
    if (error instanceof SyntaxError) throw usage(`${path}: is not JSON: ${error.message}`)
    throw error
  }
}

/** Of a WebGPU device that is not here: it can be solved for and rendered, and nothing compiles or runs WGSL for it. */
async function notHere(name: string): Promise<string> {
  const present = (await presentDevices()).map((device) => device.name)
  const found = await findToolchain()
  const isCpuReady = found.status === 'found' && found.cxx.status !== 'missing'
  const names = [...present, ...(isCpuReady ? ['cuda-cpu'] : [])]
  const instead = names.length > 0 ? `use --device ${alternatives(names)}` : 'npm start fetches a driver for the CPU'
  return `${name}: is a model that nothing here can run; ${instead}; tilewright explain and tilewright generate take a model`
}

/** `a, b or c` */
function alternatives(names: readonly string[]): string {
  return names.join(', ').replace(/, ([^,]*)$/, ' or $1')
}

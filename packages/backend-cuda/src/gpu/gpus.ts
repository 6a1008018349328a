import { readFile } from 'node:fs/promises'
import { cudaDevice } from '@tilewright/devices'
import type { CudaDevice } from '@tilewright/devices'
import type { Missing } from '../program.ts'
import { noGpu } from './messages.ts'
import { startProcess } from './process.ts'

/** An NVIDIA GPU of this machine. */
export interface Gpu {
  /** `cuda:0` */
  readonly name: string
  /** The driver's number of it. */
  readonly index: number
  readonly device: CudaDevice
  /** `GPU-` and the UUID. */
  readonly uuid: string
  /** The newest CUDA that the driver serves, and the driver's own version where the system tells: `CUDA 13.0, 580.65.06`. */
  readonly driver: string
}

/** The GPUs of this machine, in the driver's order; one at least. */
export interface Gpus {
  readonly status: 'found'
  readonly gpus: readonly Gpu[]
}

// The first use of a GPU starts it up, which takes seconds where no other program keeps it awake.
const FIND_MS = 60_000

/** The library of the NVIDIA driver: `libcuda.so.1`, or what TILEWRIGHT_LIBCUDA names. */
export function driverLibrary(): string {
  return process.env['TILEWRIGHT_LIBCUDA'] ?? 'libcuda.so.1'
}

/**
 * The NVIDIA GPUs of this machine, asked for in a process of its own. `missing` names the library where the driver is
 * not here, and quotes the driver where it has no GPU to give.
 */
export async function findGpus(): Promise<Gpus | Missing> {
  const library = driverLibrary()
  const missing = (message: string): Missing => ({ status: 'missing', program: library, message })
  const child = startProcess()
  try {
    const found = await child.ask('find', { library }, { timeoutMs: FIND_MS, what: library })
    if (found.status !== 'found')
      return missing(found.reason === 'no-driver' ? found.message : noGpu(library, found.message))
    if (found.gpus.length === 0) return missing(noGpu(library, 'it counts none'))
    const driver = [`CUDA ${found.cudaVersion}`, ...(await moduleVersion())].join(', ')
    const gpus = found.gpus.map(({ uuid, facts }, index): Gpu => {
      return { name: `cuda:${index}`, index, device: cudaDevice(facts), uuid, driver }
    })
    return { status: 'found', gpus }
  } finally {
    await child.end()
  }
}

// The driver's interface tells the CUDA that it serves only; two drivers of one CUDA may differ in speed.
async function moduleVersion(): Promise<readonly string[]> {
  const text = await readFile('/sys/module/nvidia/version', 'utf8').catch(() => '')
  return text.trim() === '' ? [] : [text.trim()]
}

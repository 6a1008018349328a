import { CAPABILITIES } from './catalogue/capabilities.ts'
import type { CudaCapability, CudaDevice } from './device.ts'
import { architectureOf, devices } from './lookup.ts'
import { normaliseName } from './name.ts'

/** What the CUDA driver says of a GPU: its name, memory and attributes. Bytes unless the name says otherwise. */
export interface DriverFacts {
  /** `NVIDIA H100 80GB HBM3` */
  readonly title: string
  /** `9.0` */
  readonly computeCapability: string
  readonly memoryBytes: number
  readonly smCount: number
  readonly l2Bytes: number
  readonly memoryClockKhz: number
  readonly memoryBusBits: number
  readonly warpSize: number
  readonly maxThreadsPerBlock: number
  readonly maxThreadsPerSM: number
  readonly maxBlocksPerSM: number
  readonly registersPerSM: number
  readonly maxRegistersPerBlock: number
  readonly sharedMemPerSM: number
  readonly sharedMemPerBlockDefault: number
  readonly sharedMemPerBlockOptin: number
  readonly sharedMemReservedPerBlock: number
}

const PARTS = devices().filter((device) => device.api === 'cuda')

/**
 * The GPU that a driver describes. What the driver says goes before the catalogue; what it does not say is the
 * catalogue's: bandwidth by the part, units of allocation by the compute capability. A part that the catalogue does not
 * have gets a name in the same style, and the bandwidth of its memory clock and bus.
 */
export function cudaDevice(facts: DriverFacts): CudaDevice {
  const name = normaliseName(facts.title)
  const known = PARTS.find((part) => part.name === name)
  return {
    api: 'cuda',
    name,
    title: facts.title,
    architecture: architectureOf(facts.computeCapability),
    smCount: facts.smCount,
    l2Bytes: facts.l2Bytes,
    bandwidthGBs: known?.bandwidthGBs ?? bandwidthOf(facts),
    memoryBytes: facts.memoryBytes,
    capability: capabilityWith(facts),
    confidence: 'measured',
    source: 'attributes that the driver gives',
  }
}

// Memory of every NVIDIA part moves two words in one period of the clock that the driver states. Of memory that is the
// system's it may state no clock; the least of all parts is then better than nothing.
function bandwidthOf({ memoryClockKhz, memoryBusBits }: DriverFacts): number {
  const stated = (2 * memoryClockKhz * 1e3 * (memoryBusBits / 8)) / 1e9
  return stated > 0 ? stated : Math.min(...PARTS.map((part) => part.bandwidthGBs))
}

function capabilityWith(facts: DriverFacts): CudaCapability {
  return {
    ...nearestCapability(facts.computeCapability),
    computeCapability: facts.computeCapability,
    warpSize: facts.warpSize,
    maxThreadsPerBlock: facts.maxThreadsPerBlock,
    maxWarpsPerSM: facts.maxThreadsPerSM / facts.warpSize,
    maxBlocksPerSM: facts.maxBlocksPerSM,
    registersPerSM: facts.registersPerSM,
    maxRegistersPerBlock: facts.maxRegistersPerBlock,
    sharedMemPerSM: facts.sharedMemPerSM,
    sharedMemPerBlockDefault: facts.sharedMemPerBlockDefault,
    sharedMemPerBlockOptin: facts.sharedMemPerBlockOptin,
    sharedMemReservedPerBlock: facts.sharedMemReservedPerBlock,
  }
}

// A GPU newer than the table allocates as the newest before it, until its row is known.
function nearestCapability(computeCapability: string): CudaCapability {
  const wanted = Number(computeCapability)
  const notNewer = CAPABILITIES.filter((row) => Number(row.computeCapability) <= wanted)
  return notNewer.at(-1) ?? CAPABILITIES[0]!
}

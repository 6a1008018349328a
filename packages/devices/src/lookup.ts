import { CAPABILITIES } from './catalogue/capabilities.ts'
import { GPUS } from './catalogue/cuda.ts'
import type { GpuRow } from './catalogue/cuda.ts'
import { ADAPTERS } from './catalogue/webgpu.ts'
import type { CudaCapability, CudaDevice, Device } from './device.ts'
import { DeviceError } from './errors.ts'
import { noPart, unknownCapability, unknownDevice } from './messages.ts'
import { normaliseName } from './name.ts'
import { nearestNames } from './nearest.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30

const CATALOGUE: readonly Device[] = [...GPUS.map(cudaDevice), ...ADAPTERS.map((row) => row.device)]

/** Every device of the catalogue: CUDA devices from the oldest architecture to the newest, then WebGPU. */
export function devices(): readonly Device[] {
  return CATALOGUE
}

/** The names that `device` takes without doubt, in the order of `devices`; architectures (`sm_90`) are not among them. */
export function deviceNames(): readonly string[] {
  return CATALOGUE.map(({ name }) => name)
}

/**
 * The device of that name: ours (`h100-sxm`), the vendor's (`NVIDIA H100 80GB HBM3`), or an architecture (`sm_90`),
 * which is a model with the fewest multiprocessors, least cache and least bandwidth of its parts in the catalogue.
 * Throws `E_DEVICE` with the nearest names where there is none.
 *
 * @example
 * device('NVIDIA H100 80GB HBM3').name // h100-sxm
 */
export function device(name: string): Device {
  const normalised = normaliseName(name)
  const found = CATALOGUE.find((candidate) => candidate.name === normalised)
  if (found !== undefined) return found
  if (normalised.startsWith('sm_')) return architectureDevice(normalised)
  throw new DeviceError(
    'E_DEVICE',
    unknownDevice(name, nearestNames(normalised, [...deviceNames(), ...architectures()])),
  )
}

/** The limits that all devices of a compute capability such as `9.0` share; throws `E_DEVICE` for one that is unknown. */
export function capabilityOf(computeCapability: string): CudaCapability {
  const found = CAPABILITIES.find((row) => row.computeCapability === computeCapability)
  if (found !== undefined) return found
  throw new DeviceError(
    'E_DEVICE',
    unknownCapability(
      computeCapability,
      CAPABILITIES.map((row) => row.computeCapability),
    ),
  )
}

/** `sm_90` of `9.0`. */
export function architectureOf(computeCapability: string): string {
  return `sm_${computeCapability.replace('.', '')}`
}

function cudaDevice(row: GpuRow): CudaDevice {
  return {
    api: 'cuda',
    name: row.name,
    title: row.title,
    architecture: architectureOf(row.computeCapability),
    smCount: row.smCount,
    l2Bytes: row.l2MiB * MIB,
    bandwidthGBs: row.bandwidthGBs,
    memoryBytes: Math.floor(row.memoryGiB * GIB),
    capability: capabilityOf(row.computeCapability),
    confidence: row.confidence,
    source: row.source,
  }
}

// What runs on the least of the parts runs on all of them, so a tiling solved for the model is legal on each.
function architectureDevice(architecture: string): CudaDevice {
  const parts = CATALOGUE.filter((part) => part.api === 'cuda').filter((part) => part.architecture === architecture)
  const first = parts[0]
  if (first === undefined) {
    const known = CAPABILITIES.map((row) => architectureOf(row.computeCapability))
    throw new DeviceError(
      'E_DEVICE',
      known.includes(architecture)
        ? noPart(architecture, nearestArchitectures(architecture))
        : unknownDevice(architecture, nearestArchitectures(architecture)),
    )
  }
  const names = parts.map(({ name }) => name).join(', ')
  return {
    api: 'cuda',
    name: architecture,
    title: `${architecture}, a model: the least of ${names}`,
    architecture,
    smCount: Math.min(...parts.map((part) => part.smCount)),
    l2Bytes: Math.min(...parts.map((part) => part.l2Bytes)),
    bandwidthGBs: Math.min(...parts.map((part) => part.bandwidthGBs)),
    memoryBytes: Math.min(...parts.map((part) => part.memoryBytes)),
    capability: first.capability,
    confidence: 'model',
    source: `the least of ${names} in the catalogue`,
  }
}

function architectures(): readonly string[] {
  return [...new Set(CATALOGUE.filter((part) => part.api === 'cuda').map((part) => part.architecture))]
}

function nearestArchitectures(architecture: string): readonly string[] {
  const distance = (name: string): number => Math.abs(Number(name.slice(3)) - Number(architecture.slice(3)))
  return architectures()
    .toSorted((a, b) => distance(a) - distance(b))
    .slice(0, 3)
}

import { SPEC_DEFAULTS, SUBGROUPS_UNKNOWN } from './catalogue/webgpu.ts'
import type { CudaCapability, CudaDevice, Device, WebgpuDevice, WebgpuLimits } from './device.ts'
import { DeviceError } from './errors.ts'
import { architectureOf, capabilityOf } from './lookup.ts'
import { unknownField, wrongField } from './messages.ts'

/** An object of the file and where in the file it stands; every reader below reports with both. */
interface Place {
  readonly file: string
  readonly path: string
  readonly fields: Readonly<Record<string, unknown>>
}

const CUDA_FIELDS = [
  'api',
  'name',
  'title',
  'computeCapability',
  'architecture',
  'smCount',
  'l2Bytes',
  'bandwidthGBs',
  'memoryBytes',
  'capability',
  'confidence',
  'source',
]
const WEBGPU_FIELDS = [
  'api',
  'name',
  'title',
  'vendor',
  'architecture',
  'limits',
  'features',
  'subgroupMinSize',
  'subgroupMaxSize',
  'confidence',
  'source',
]
const CAPABILITY_COUNTS = [
  'warpSize',
  'maxThreadsPerBlock',
  'maxWarpsPerSM',
  'maxBlocksPerSM',
  'registersPerSM',
  'maxRegistersPerBlock',
  'maxRegistersPerThread',
  'registerAllocationUnit',
  'registerSubPartitions',
  'warpAllocationGranularity',
  'sharedMemPerSM',
  'sharedMemPerBlockDefault',
  'sharedMemPerBlockOptin',
  'sharedMemAllocationUnit',
] as const

/**
 * The device that a JSON file describes: a `Device` as this package writes it, or shorter. A CUDA device may give
 * `computeCapability: "9.0"` instead of `capability`; limits of a WebGPU device that are left out are the
 * specification's defaults. Throws `E_DEVICE` with file, field, what was found and what it has to be; a field that
 * nothing reads is an error too.
 */
export function readDevice(json: unknown, file: string): Device {
  const root = placeOf(json, { file, path: '' })
  const { api } = root.fields
  if (api === 'cuda') return readCuda(root)
  if (api === 'webgpu') return readWebgpu(root)
  throw wrong(root, 'api', '"cuda" or "webgpu"')
}

function readCuda(root: Place): CudaDevice {
  onlyFields(root, CUDA_FIELDS)
  const capability = readCapability(root)
  const architecture = architectureOf(capability.computeCapability)
  if (textOr(root, 'architecture', architecture) !== architecture)
    throw wrong(root, 'architecture', `${JSON.stringify(architecture)} like its compute capability, or left out`)
  const name = text(root, 'name')
  return {
    api: 'cuda',
    name,
    title: textOr(root, 'title', name),
    architecture,
    smCount: count(root, 'smCount'),
    l2Bytes: count(root, 'l2Bytes'),
    bandwidthGBs: positive(root, 'bandwidthGBs'),
    memoryBytes: count(root, 'memoryBytes'),
    capability,
    confidence: textOr(root, 'confidence', 'user'),
    source: textOr(root, 'source', root.file),
  }
}

function readCapability(root: Place): CudaCapability {
  if (root.fields['capability'] === undefined) return namedCapability(root)
  const place = placeOf(root.fields['capability'], { file: root.file, path: 'capability' })
  const others = ['computeCapability', 'sharedMemReservedPerBlock', 'sharedMemCarveoutsKiB']
  onlyFields(place, [...CAPABILITY_COUNTS, ...others])
  const counts = Object.fromEntries(CAPABILITY_COUNTS.map((field) => [field, count(place, field)]))
  return {
    ...(counts as Record<(typeof CAPABILITY_COUNTS)[number], number>),
    computeCapability: computeCapability(place),
    sharedMemReservedPerBlock: integer(place, 'sharedMemReservedPerBlock', 0),
    sharedMemCarveoutsKiB: listOf(place, 'sharedMemCarveoutsKiB', 'a list of integers', isCountOrZero),
  }
}

function namedCapability(root: Place): CudaCapability {
  const { architecture } = root.fields
  const [, major, minor] = /^sm_(\d+)(\d)$/.exec(String(architecture)) ?? []
  const given = root.fields['computeCapability'] ?? (major === undefined ? undefined : `${major}.${minor}`)
  try {
    return capabilityOf(String(given))
  } catch (cause) {
    if (!(cause instanceof DeviceError)) throw cause
    const field =
      root.fields['computeCapability'] === undefined && architecture !== undefined
        ? 'architecture'
        : 'computeCapability'
    throw wrong(root, field, 'that of a known compute capability, such as "9.0" or "sm_90", unless capability is given')
  }
}

function readWebgpu(root: Place): WebgpuDevice {
  onlyFields(root, WEBGPU_FIELDS)
  const name = text(root, 'name')
  const subgroupMinSize = countOr(root, 'subgroupMinSize', SUBGROUPS_UNKNOWN.subgroupMinSize)
  const subgroupMaxSize = countOr(root, 'subgroupMaxSize', SUBGROUPS_UNKNOWN.subgroupMaxSize)
  if (subgroupMaxSize < subgroupMinSize)
    throw wrong(root, 'subgroupMaxSize', `subgroupMinSize, ${subgroupMinSize}, or more`)
  return {
    api: 'webgpu',
    name,
    title: textOr(root, 'title', name),
    vendor: textOr(root, 'vendor', 'unknown'),
    architecture: textOr(root, 'architecture', 'unknown'),
    limits: readLimits(root),
    features: root.fields['features'] === undefined ? [] : listOf(root, 'features', 'a list of names', isText),
    subgroupMinSize,
    subgroupMaxSize,
    confidence: textOr(root, 'confidence', 'user'),
    source: textOr(root, 'source', root.file),
  }
}

function readLimits(root: Place): WebgpuLimits {
  const place = placeOf(root.fields['limits'] ?? {}, { file: root.file, path: 'limits' })
  const names = Object.keys(SPEC_DEFAULTS) as readonly (keyof WebgpuLimits)[]
  onlyFields(place, names)
  const entries = names.map((name) => [name, countOr(place, name, SPEC_DEFAULTS[name])])
  return Object.fromEntries(entries) as unknown as WebgpuLimits
}

function placeOf(value: unknown, at: { readonly file: string; readonly path: string }): Place {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DeviceError('E_DEVICE', wrongField(at, value, 'an object'))
  return { ...at, fields: value as Readonly<Record<string, unknown>> }
}

function onlyFields(place: Place, known: readonly string[]): void {
  for (const field of Object.keys(place.fields))
    if (!known.includes(field)) throw new DeviceError('E_DEVICE', unknownField(pathOf(place, field), known))
}

function text(place: Place, field: string): string {
  const value = place.fields[field]
  if (!isText(value)) throw wrong(place, field, 'a name')
  return value
}

function textOr(place: Place, field: string, otherwise: string): string {
  return place.fields[field] === undefined ? otherwise : text(place, field)
}

function computeCapability(place: Place): string {
  const value = place.fields['computeCapability']
  if (typeof value !== 'string' || !/^\d+\.\d$/.test(value))
    throw wrong(place, 'computeCapability', 'text such as "9.0"')
  return value
}

function count(place: Place, field: string): number {
  return integer(place, field, 1)
}

function countOr(place: Place, field: string, otherwise: number): number {
  return place.fields[field] === undefined ? otherwise : count(place, field)
}

function integer(place: Place, field: string, least: number): number {
  const value = place.fields[field]
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least)
    throw wrong(place, field, `an integer of ${least} or more`)
  return value
}

function positive(place: Place, field: string): number {
  const value = place.fields[field]
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) throw wrong(place, field, 'a number above 0')
  return value
}

function listOf<T>(place: Place, field: string, wanted: string, isItem: (value: unknown) => value is T): readonly T[] {
  const value = place.fields[field]
  if (!Array.isArray(value)) throw wrong(place, field, wanted)
  const items: readonly unknown[] = value
  return items.map((item, i) => {
    if (!isItem(item)) throw wrong(place, `${field}[${i}]`, `an item of ${wanted}`, item)
    return item
  })
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

function isCountOrZero(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function wrong(place: Place, field: string, wanted: string, found: unknown = place.fields[field]): DeviceError {
  return new DeviceError('E_DEVICE', wrongField(pathOf(place, field), found, wanted))
}

function pathOf(place: Place, field: string): { readonly file: string; readonly path: string } {
  return { file: place.file, path: place.path === '' ? field : `${place.path}.${field}` }
}

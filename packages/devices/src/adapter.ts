import { SPEC_DEFAULTS, SUBGROUPS_UNKNOWN } from './catalogue/webgpu.ts'
import type { WebgpuDevice, WebgpuLimits } from './device.ts'
import { normaliseName } from './name.ts'

/** What is read of a `GPUAdapter`; `adapter` itself fits, and so does a record of it. */
export interface AdapterLike {
  readonly limits: { readonly [limit in keyof WebgpuLimits]?: number }
  readonly features: Iterable<string>
  readonly info?: AdapterInfoLike
}

/** `GPUAdapterInfo`. Browsers leave strings empty, and the subgroup sizes are younger than the rest. */
export interface AdapterInfoLike {
  readonly vendor?: string
  readonly architecture?: string
  readonly device?: string
  readonly description?: string
  readonly subgroupMinSize?: number
  readonly subgroupMaxSize?: number
}

/**
 * The device that an adapter describes. Limits that it does not state are the specification's defaults; without the
 * feature `subgroups` the sizes are 4 to 128, and subgroups must not be used. What a kernel wants above the defaults
 * has to be asked for in `requiredLimits`.
 */
export function webgpuDevice(adapter: AdapterLike): WebgpuDevice {
  const info = adapter.info ?? {}
  const features = [...adapter.features].toSorted()
  const vendor = slugOr(info.vendor, 'unknown')
  const architecture = slugOr(info.architecture, 'unknown')
  // The description is empty in browsers and the driver's version on some back ends, so the device's name goes first.
  const given = [info.device, info.description].find(isNaming)
  return {
    api: 'webgpu',
    name: given === undefined ? `${vendor}-${architecture}` : normaliseName(given),
    title: given ?? `${vendor} ${architecture}`,
    vendor,
    architecture,
    limits: limitsOf(adapter),
    features,
    ...subgroupsOf(info, features),
    confidence: 'measured',
    source: 'adapter.limits',
  }
}

function limitsOf(adapter: AdapterLike): WebgpuLimits {
  // One by one: limits of a real adapter are getters of its prototype, which spreading and Object.keys do not see.
  const names = Object.keys(SPEC_DEFAULTS) as readonly (keyof WebgpuLimits)[]
  const entries = names.map((name) => [name, adapter.limits[name] ?? SPEC_DEFAULTS[name]] as const)
  return Object.fromEntries(entries) as unknown as WebgpuLimits
}

function subgroupsOf(
  info: AdapterInfoLike,
  features: readonly string[],
): { readonly subgroupMinSize: number; readonly subgroupMaxSize: number } {
  if (!features.includes('subgroups')) return SUBGROUPS_UNKNOWN
  return {
    subgroupMinSize: info.subgroupMinSize ?? SUBGROUPS_UNKNOWN.subgroupMinSize,
    subgroupMaxSize: info.subgroupMaxSize ?? SUBGROUPS_UNKNOWN.subgroupMaxSize,
  }
}

// Some adapters give the PCI number of the device ("0x2684") where a name is meant.
function isNaming(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '' && !/^0x[0-9a-f]+$/i.test(text.trim())
}

function slugOr(text: string | undefined, otherwise: string): string {
  const slug = (text ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return slug === '' ? otherwise : slug
}

import type { WebgpuDevice, WebgpuLimits } from '../device.ts'

// google/dawn src/dawn/native/Limits.cpp @01d36913; the WebGPU specification, limits.
/** What every WebGPU device grants without being asked. */
export const SPEC_DEFAULTS: WebgpuLimits = {
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupSizeY: 256,
  maxComputeWorkgroupSizeZ: 64,
  maxComputeWorkgroupsPerDimension: 65_535,
  maxComputeWorkgroupStorageSize: 16_384,
  maxStorageBuffersPerShaderStage: 8,
  maxStorageBufferBindingSize: 134_217_728,
  maxBufferSize: 268_435_456,
}

/** What compatibility mode grants (gpuweb PR 4963, Limits.cpp as above). */
export const COMPATIBILITY_DEFAULTS: WebgpuLimits = {
  ...SPEC_DEFAULTS,
  maxComputeInvocationsPerWorkgroup: 128,
  maxComputeWorkgroupSizeX: 128,
  maxComputeWorkgroupSizeY: 128,
  maxStorageBuffersPerShaderStage: 4,
}

/** Subgroup sizes to assume where the feature is missing: the least and the largest that the specification allows. */
export const SUBGROUPS_UNKNOWN = { subgroupMinSize: 4, subgroupMaxSize: 128 } as const

/** A row of the catalogue: a device, and further names that adapters give it. */
export interface AdapterRow {
  readonly device: WebgpuDevice
  readonly titles: readonly string[]
}

// An adapter's row states workgroup memory and invocations. Chrome and Dawn round both down to a tier, give x and y the
// tier of the invocations, and everything else here is the specification's default: typical adapters have more.
function adapterLimits(storageBytes: number, invocations: number): WebgpuLimits {
  return {
    ...SPEC_DEFAULTS,
    maxComputeInvocationsPerWorkgroup: invocations,
    maxComputeWorkgroupSizeX: invocations,
    maxComputeWorkgroupSizeY: invocations,
    maxComputeWorkgroupStorageSize: storageBytes,
  }
}

const WITH_F16 = ['shader-f16', 'subgroups']
const PUBLIC_THREADS = 'reported in public threads; Dawn tiers (Limits.cpp @01d36913)'

export const ADAPTERS: readonly AdapterRow[] = [
  {
    titles: [],
    device: {
      api: 'webgpu',
      name: 'webgpu-default',
      title: "WebGPU, the specification's defaults",
      vendor: 'any',
      architecture: 'default',
      limits: SPEC_DEFAULTS,
      features: [],
      ...SUBGROUPS_UNKNOWN,
      confidence: 'high',
      source: 'google/dawn src/dawn/native/Limits.cpp @01d36913',
    },
  },
  {
    titles: [],
    device: {
      api: 'webgpu',
      name: 'webgpu-compatibility',
      title: 'WebGPU, compatibility mode',
      vendor: 'any',
      architecture: 'compatibility',
      limits: COMPATIBILITY_DEFAULTS,
      features: [],
      ...SUBGROUPS_UNKNOWN,
      confidence: 'high',
      source: 'google/dawn src/dawn/native/Limits.cpp @01d36913, gpuweb PR 4963',
    },
  },
  {
    titles: ['Apple M1', 'Apple M3', 'Apple M4'],
    device: {
      api: 'webgpu',
      name: 'apple-m2',
      title: 'Apple M1 to M4 (Metal)',
      vendor: 'apple',
      architecture: 'apple-m',
      limits: adapterLimits(32_768, 1024),
      features: WITH_F16,
      // WebKit reports 32 and 32 on Apple silicon; older Dawn reported 4 to 64.
      subgroupMinSize: 32,
      subgroupMaxSize: 32,
      confidence: 'high',
      source: 'WebKit PR 68713; Dawn tiers',
    },
  },
  {
    titles: [],
    device: {
      api: 'webgpu',
      name: 'intel-xe',
      title: 'Intel Xe-LP and Xe-HPG (D3D12)',
      vendor: 'intel',
      architecture: 'xe',
      // D3D12 gives 32 KiB for every vendor. On Vulkan a fixed subgroup size allows 56 subgroups a workgroup (gpuweb 6243).
      limits: adapterLimits(32_768, 1024),
      features: WITH_F16,
      subgroupMinSize: 8,
      subgroupMaxSize: 32,
      confidence: 'medium',
      source: `${PUBLIC_THREADS}; gpuweb issue 6243`,
    },
  },
  {
    titles: [],
    device: {
      api: 'webgpu',
      name: 'amd-rdna',
      title: 'AMD RDNA 1 to 4 (D3D12)',
      vendor: 'amd',
      architecture: 'rdna',
      // 64 KiB on Vulkan.
      limits: adapterLimits(32_768, 1024),
      features: WITH_F16,
      subgroupMinSize: 32,
      subgroupMaxSize: 64,
      confidence: 'medium',
      source: PUBLIC_THREADS,
    },
  },
  {
    titles: [],
    device: {
      api: 'webgpu',
      name: 'nvidia-webgpu',
      title: 'NVIDIA Turing to Blackwell (D3D12)',
      vendor: 'nvidia',
      architecture: 'turing-to-blackwell',
      // 48 KiB on Vulkan. Whether shader-f16 is there depends on driver and back end.
      limits: adapterLimits(32_768, 1024),
      features: WITH_F16,
      subgroupMinSize: 32,
      subgroupMaxSize: 32,
      confidence: 'medium',
      source: PUBLIC_THREADS,
    },
  },
  {
    titles: [],
    device: {
      api: 'webgpu',
      name: 'adreno',
      title: 'Qualcomm Adreno 6xx to 8xx (Vulkan)',
      vendor: 'qualcomm',
      architecture: 'adreno',
      limits: adapterLimits(32_768, 1024),
      features: WITH_F16,
      subgroupMinSize: 64,
      subgroupMaxSize: 128,
      confidence: 'medium',
      source: PUBLIC_THREADS,
    },
  },
  {
    titles: [],
    device: {
      api: 'webgpu',
      name: 'mali',
      title: 'Arm Mali, Valhall and fifth generation (Vulkan)',
      vendor: 'arm',
      architecture: 'valhall',
      // The hardware's 512 invocations round down to the tier of 256; newer parts reach 1024.
      limits: adapterLimits(32_768, 256),
      features: WITH_F16,
      subgroupMinSize: 16,
      subgroupMaxSize: 16,
      confidence: 'medium',
      source: PUBLIC_THREADS,
    },
  },
  {
    titles: ['llvmpipe'],
    device: {
      api: 'webgpu',
      name: 'lavapipe',
      title: 'Mesa lavapipe (Vulkan on the CPU)',
      vendor: 'mesa',
      architecture: 'software',
      limits: adapterLimits(32_768, 1024),
      features: ['subgroups'],
      // The width follows the CPU's vectors: 4 or 8.
      subgroupMinSize: 4,
      subgroupMaxSize: 8,
      confidence: 'low',
      source: 'unverified',
    },
  },
  {
    titles: ['SwiftShader Device'],
    device: {
      api: 'webgpu',
      name: 'swiftshader',
      title: 'SwiftShader (Vulkan on the CPU)',
      vendor: 'google',
      architecture: 'swiftshader',
      limits: adapterLimits(16_384, 256),
      features: ['subgroups'],
      subgroupMinSize: 4,
      subgroupMaxSize: 4,
      confidence: 'low',
      source: 'unverified',
    },
  },
]

/** The limits of a GPU. Bytes unless the name says otherwise. */
export type Device = CudaDevice | WebgpuDevice

/** What every multiprocessor of one compute capability shares (CUDA programming guide, compute capabilities). */
export interface CudaCapability {
  readonly computeCapability: string
  readonly warpSize: number
  readonly maxThreadsPerBlock: number
  readonly maxWarpsPerSM: number
  readonly maxBlocksPerSM: number
  readonly registersPerSM: number
  readonly maxRegistersPerBlock: number
  readonly maxRegistersPerThread: number
  readonly registerAllocationUnit: number
  readonly registerSubPartitions: number
  readonly warpAllocationGranularity: number
  readonly sharedMemPerSM: number
  readonly sharedMemPerBlockDefault: number
  readonly sharedMemPerBlockOptin: number
  readonly sharedMemReservedPerBlock: number
  readonly sharedMemAllocationUnit: number
  readonly sharedMemCarveoutsKiB: readonly number[]
}

export interface CudaDevice {
  readonly api: 'cuda'
  /** Normalised: `h100-sxm`. */
  readonly name: string
  /** As the vendor writes it. */
  readonly title: string
  /** `sm_90` */
  readonly architecture: string
  readonly smCount: number
  readonly l2Bytes: number
  readonly bandwidthGBs: number
  readonly memoryBytes: number
  readonly capability: CudaCapability
  readonly confidence: string
  readonly source: string
}

export interface WebgpuDevice {
  readonly api: 'webgpu'
  readonly name: string
  readonly title: string
  /** As `GPUAdapterInfo` has it: `apple`, `nvidia`; `unknown` where a browser hides it. */
  readonly vendor: string
  /** As `GPUAdapterInfo` has it: `ampere`; `unknown` where a browser hides it. */
  readonly architecture: string
  readonly limits: WebgpuLimits
  readonly features: readonly string[]
  readonly subgroupMinSize: number
  readonly subgroupMaxSize: number
  readonly confidence: string
  readonly source: string
}

export interface WebgpuLimits {
  readonly maxComputeInvocationsPerWorkgroup: number
  readonly maxComputeWorkgroupSizeX: number
  readonly maxComputeWorkgroupSizeY: number
  readonly maxComputeWorkgroupSizeZ: number
  readonly maxComputeWorkgroupsPerDimension: number
  readonly maxComputeWorkgroupStorageSize: number
  readonly maxStorageBuffersPerShaderStage: number
  readonly maxStorageBufferBindingSize: number
  readonly maxBufferSize: number
}

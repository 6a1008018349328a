/// <reference types="@webgpu/types" preserve="true" />

/** Where adapters come from: `navigator.gpu` in a browser, what `nodeGpu` gives in Node. */
export interface GpuSource {
  requestAdapter(options?: GPURequestAdapterOptions): Promise<GPUAdapter | null>
  /** Name and version of the implementation, where it is known: `dawn.node 0.6.2`. Goes into the fingerprint. */
  readonly runtime?: string
  /** Is told of the work of every device, where the process has to know of it when it ends (Node). */
  watch?(work: DeviceWork): void
}

/** What a device is doing. Holds no reference to the device. */
export interface DeviceWork {
  /** Answers that are waited for. */
  pending: number
  /** A kernel did not end before its deadline, and may run for ever. */
  isHung: boolean
}

// The numbers of the WebGPU specification, written out: Node has them on no global object unless somebody puts them there.
export const BUFFER_USAGE = {
  mapRead: 0x1,
  copySrc: 0x4,
  copyDst: 0x8,
  uniform: 0x40,
  storage: 0x80,
  queryResolve: 0x200,
} as const

export const MAP_READ = 0x1

/// <reference types="@webgpu/types" preserve="true" />

/** Where adapters come from: `navigator.gpu` in a browser, what `nodeGpu` gives in Node. */
export interface GpuSource {
  requestAdapter(options?: GPURequestAdapterOptions): Promise<GPUAdapter | null>
  /** Name and version of the implementation, where it is known: `dawn.node 0.6.2`. Goes into the fingerprint. */
  readonly runtime?: string
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

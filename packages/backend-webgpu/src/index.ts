export { webgpuBackend, type WebgpuOptions } from './backend.ts'
export { WebgpuError } from './errors.ts'
export type { GpuSource } from './gpu.ts'

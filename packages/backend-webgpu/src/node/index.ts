export { listAdapters, nodeGpu, type AdapterSummary } from './adapters.ts'
export { validateWgsl, type WgslMessage } from './validate.ts'
export { driverFolder } from './vulkan.ts'

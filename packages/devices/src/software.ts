import type { Device } from './device.ts'

const NAMES = /lavapipe|llvmpipe|swiftshader|basic render|\bwarp\b|software|cuda-cpu/i

/** Whether a device is the CPU under a GPU's interface, by its name: WebGPU itself does not say. */
export function isSoftware({ name, title }: Pick<Device, 'name' | 'title'>): boolean {
  return NAMES.test(`${name} ${title}`)
}

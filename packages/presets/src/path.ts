import type { Device } from '@tilewright/devices'
import type { KernelId } from '@tilewright/kernels'
import type { PresetFile } from './preset.ts'

/** Where in `tuned/` the presets of a device are: `nvidia`, `sm_90` and `h100-sxm` of an H100. */
export type Shelf = Pick<PresetFile, 'vendor' | 'architecture' | 'device'>

export function shelfOf(device: Device): Shelf {
  const vendor = device.api === 'cuda' ? 'nvidia' : device.vendor
  return { vendor, architecture: device.architecture, device: device.name }
}

/** `recurrent-fused-forward-cuda.json` */
export function presetFileName(id: KernelId): string {
  return `${id.kernel}-${id.pass}-${id.target}.json`
}

/** `nvidia/sm_90/h100-sxm/recurrent-fused-forward-cuda.json`, under `tuned/` or whatever folder stands in for it. */
export function presetPath(shelf: Shelf, id: KernelId): string {
  return `${shelf.vendor}/${shelf.architecture}/${shelf.device}/${presetFileName(id)}`
}

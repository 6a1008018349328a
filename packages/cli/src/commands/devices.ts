import { devices, type Device } from '@tilewright/devices'
import type { Command } from 'commander'
import { presentDevices } from '../device-option.ts'
import { print, printJson, table } from '../output.ts'

export function addDevices(program: Command): void {
  program
    .command('devices')
    .description('GPUs that are present here, and models of those that are not')
    .option('--json', 'one JSON document')
    .action(async (options: { json?: boolean }) => {
      const present = await presentDevices()
      if (options.json) return printJson({ present, models: devices() })
      for (const { name, title } of present) print(`present  ${name}  ${title}`)
      if (present.length === 0) print('present  none')
      print('')
      print(table(['model', 'architecture', 'SMs', 'shared KiB', 'GB/s', 'what it is'], devices().map(rowOf)))
      print('\nEvery model can be tuned for: tilewright tune --device h100-sxm --cell lstm --head-dim 768 --dtype bf16')
    })
}

function rowOf(device: Device): readonly string[] {
  return device.api === 'cuda'
    ? [
        device.name,
        device.architecture,
        String(device.smCount),
        String(device.capability.sharedMemPerBlockOptin / 1024),
        String(device.bandwidthGBs),
        device.title,
      ]
    : [device.name, 'webgpu', '-', String(device.limits.maxComputeWorkgroupStorageSize / 1024), '-', device.title]
}

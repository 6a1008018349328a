import type { Problem } from '@tilewright/kernels'
import { presentAdapters, presentGpus } from './device-option.ts'
import { problemOf, type ProblemOptions } from './problem-options.ts'

/** One kernel to tune on one device. */
export interface TuneJob {
  readonly device: string
  readonly problem: Problem
}

/**
 * What to tune. Without a device: the first adapter of this machine, if it has one, and its first
 * NVIDIA GPU, or else the model of an H100. Without a
 * cell: an LSTM and a minGRU, of sizes that suit the device.
 */
export async function tuneJobs(options: ProblemOptions & { readonly device?: string }): Promise<readonly TuneJob[]> {
  const devices = options.device === undefined ? await defaultDevices() : [options.device]
  return devices.flatMap((device) =>
    options.cell === undefined
      ? defaultProblems(device, options).map((problem) => ({ device, problem }))
      : [{ device, problem: problemOf(options) }],
  )
}

async function defaultDevices(): Promise<readonly string[]> {
  const [[adapter], [gpu]] = await Promise.all([presentAdapters(), presentGpus()])
  return [...(adapter ? [adapter.name] : []), gpu ? gpu.name : 'h100-sxm']
}

/** Common sizes, small where the device may be a driver on the CPU; flags that are given win. */
function defaultProblems(device: string, options: ProblemOptions): readonly Problem[] {
  const isWebgpu = device.startsWith('webgpu')
  const lstm = isWebgpu ? { batch: '4', time: '64', headDim: '64' } : { batch: '16', headDim: '768', dtype: 'bf16' }
  const mingru = isWebgpu ? { batch: '3', time: '501', headDim: '96' } : { batch: '16', headDim: '768' }
  return [problemOf({ ...lstm, ...options, cell: 'lstm' }), problemOf({ ...mingru, ...options, cell: 'mingru' })]
}

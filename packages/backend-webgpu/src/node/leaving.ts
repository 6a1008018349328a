import koffi from 'koffi'
import type { DeviceWork } from '../gpu.ts'

const watched: DeviceWork[] = []

/**
 * Lets the process end cleanly while a device works. Threads of a CPU driver that still compile or compute when the
 * process runs its last destructors crash it: process.exit(0) 20 ms into a cold compilation ended in a segmentation fault
 * in 9 of 36 attempts (lavapipe 25.0.7, Dawn of webgpu 0.6.2). So the process then leaves without them.
 */
export function watchWork(work: DeviceWork): void {
  if (process.platform !== 'linux') return
  if (watched.length === 0) {
    const leave = koffi.load(null).func('void _exit(int)') as (code: number) => void
    process.on('exit', (code) => {
      if (watched.some(({ pending, isHung }) => pending > 0 || isHung)) leave(code)
    })
  }
  watched.push(work)
}

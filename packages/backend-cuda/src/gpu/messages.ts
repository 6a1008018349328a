import { firstLines } from '../messages.ts'

/** The driver's library is not on this machine, or does not load; `why` is the loader's sentence. */
export function missingDriver(library: string, why: string): string {
  return `${library}: the library of the NVIDIA driver does not load here (${why}): CUDA compiles and runs on the CPU, but not on a GPU; install the driver, or name its library in TILEWRIGHT_LIBCUDA`
}

/** A library that loads and has not all that is called. */
export function driverTooOld(library: string, why: string): string {
  return `${library}: not all that is needed is in this library (${why}); install a newer NVIDIA driver`
}

/** The driver is here and gives no GPU; `answer` is its own, with name and number. */
export function noGpu(library: string, answer: string): string {
  return `${library}: the NVIDIA driver gives no GPU: ${answer}; nvidia-smi says what it sees`
}

/** The process that holds the GPU ended on its own; `stderr` is the last that it said. */
export function processEnded(how: string, stderr: string): string {
  return `the process that holds the GPU ended with ${how}: ${firstLines(stderr)}`
}

export function backendClosed(name: string): string {
  return `${name}: the backend is closed; open it again`
}

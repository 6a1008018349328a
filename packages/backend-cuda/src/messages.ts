const WITHOUT: Readonly<Record<string, string>> = {
  nvcc: 'nothing of CUDA compiles here; rules, cost model and sources work without it',
  ptxas: 'registers and spills stay unknown; rules, cost model and sources work without it',
  'g++': 'CUDA compiles and is reported on, but does not run on the CPU',
}

/** A program of the toolchain that does not answer to `--version`. */
export function missingProgram(path: string): string {
  const name = Object.keys(WITHOUT).find((known) => path.endsWith(known)) ?? 'g++'
  const lost = WITHOUT[name]
  const instead = name === 'g++' ? '' : ', or name the library of NVRTC in TILEWRIGHT_NVRTC'
  return `${path}: no such program, or it does not answer to --version: ${lost}; install it, put it on the PATH${instead}`
}

/** The library of NVRTC does not load. */
export function missingNvrtc(library: string): string {
  return `${library}: the library of NVRTC does not load here: without nvcc nothing of CUDA compiles; name it in TILEWRIGHT_NVRTC, as pip installs it in nvidia/*/lib`
}

export function timedOut(what: string, ms: number): string {
  return `${what}: no end after ${ms < 10_000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`}`
}

/** A compiler that crashed, or that someone killed. */
export function compilerDied(what: string, signal: string, output: string): string {
  return `${what}: died of ${signal}${output.trim() === '' ? '' : `: ${firstLines(output)}`}`
}

/** A compiler that refused; it is quoted, as it names file and line itself. */
export function compilerFailed(what: string, code: number | null, output: string): string {
  return output.trim() === '' ? `${what}: ended with exit code ${code} and said nothing` : firstLines(output)
}

export function unknownInstructions(name: string, opcodes: readonly string[]): string {
  const list = opcodes.join(', ')
  return `${name}: instructions that the CPU runtime does not know: ${list}; the kernel compiles, but only a GPU can run it`
}

/** Our own C++ does not compile: a compiler too old, or broken. */
export function runtimeBroken(program: string, output: string): string {
  return `${program}: does not compile the CPU runtime, which needs g++ 12 or later: ${firstLines(output)}`
}

export function noEntryPoint(entryPoint: string, known: readonly string[]): string {
  return `${entryPoint}: no entry point of that name in the module; there are ${known.join(', ') || 'none'}`
}

/** The source has no kernel of the name that it was rendered for. */
export function missingReport(entryPoint: string, known: readonly string[]): string {
  return `${entryPoint}: the source has no kernel of that name; it has ${known.join(', ') || 'none'}`
}

export function wrongArgumentCount(entryPoint: string, found: number, types: readonly string[]): string {
  const wanted = `${types.length}${types.length === 0 ? '' : ` (${types.join(', ')})`}`
  return `${entryPoint}: the launch hands over ${found} argument${found === 1 ? '' : 's'}, the kernel takes ${wanted}`
}

export function wrongArgument(
  { entryPoint, number, bytes }: { readonly entryPoint: string; readonly number: number; readonly bytes: number },
  parameter: { readonly type: string; readonly bytes: number },
): string {
  return `${entryPoint}: argument ${number} of the launch has ${bytes} bytes, the kernel's parameter is ${parameter.type} of ${parameter.bytes}`
}

export function unknownBuffer(entryPoint: string, name: string): string {
  return `${entryPoint}: there is no buffer named ${name}`
}

export function wrongInput(name: string, found: number | undefined, wanted: number): string {
  const what = found === undefined ? 'is missing' : `has ${found} elements`
  return `inputs: ${name} ${what}; the plan needs ${wanted}`
}

export function wrongInputBytes(name: string, found: number | undefined, wanted: number): string {
  return `${name}: ${found === undefined ? 'has no contents' : `the contents have ${found} bytes`}; the buffer has ${wanted}`
}

/** A block that no multiprocessor of the device can hold. */
export function blockTooLarge(
  entryPoint: string,
  device: string,
  limitedBy: string,
  shape: { readonly threads: number; readonly registers: number; readonly sharedBytes: number },
): string {
  const { threads, registers, sharedBytes } = shape
  const block = `${threads} threads, ${registers} registers each, ${sharedBytes} bytes of shared memory`
  return `${entryPoint}: a block does not fit on a multiprocessor of ${device} for its ${limitedBy}: ${block}`
}

/** A cooperative launch with more blocks than the device can hold at once: the driver's error 720. */
export function gridTooLarge(entryPoint: string, device: string, found: number, most: number): string {
  return `${entryPoint}: a cooperative launch of ${found} blocks; ${device} holds ${most} at once`
}

/** The first lines of a compiler's output, quoted, not rephrased. */
export function firstLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(0, 12).join('\n') || 'it said nothing'
}

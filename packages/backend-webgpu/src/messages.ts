import type { PlanBuffer } from '@tilewright/kernels'

/** `12:7 unresolved value 'x'`; messages about the whole module have no place. */
export function compilerMessage(message: Pick<GPUCompilationMessage, 'lineNum' | 'linePos' | 'message'>): string {
  const place = message.lineNum > 0 ? `${message.lineNum}:${message.linePos} ` : ''
  return `${place}${message.message.trim()}`
}

export function noAdapter(where: string): string {
  return `${where}: no WebGPU adapter was found; install a Vulkan driver (Mesa 25 or newer), or run node scripts/vulkan.mjs for one on the CPU`
}

export function noSuchAdapter(index: number, names: readonly string[]): string {
  const found = names.map((name, i) => `${i} (${name})`).join(', ')
  return `webgpu:${index}: there is no such adapter; found ${found}`
}

export function noRuntime(): string {
  return 'webgpu: the package webgpu (Dawn for Node) is not installed; npm install webgpu'
}

export function isClosed(name: string): string {
  return `${name}: the backend is closed; open another one`
}

export function inputMissing(name: string): string {
  return `${name}: the plan reads this input and none was given; pass it by its name`
}

export function inputLength(buffer: PlanBuffer, given: number, wanted: number): string {
  return `${buffer.name}: ${given} values were given, its shape ${buffer.shape.join('×')} holds ${wanted}; pass as many`
}

export function unknownBuffer(entryPoint: string, name: string): string {
  return `${entryPoint}: the dispatch names the buffer ${name}, which the plan does not have`
}

export function deviceLost(name: string, said: string): string {
  return `${name}: the device was lost${said === '' ? '' : `: ${said.trim()}`}; the next load makes a new one`
}

export function ranTooLong(name: string, deadlineMs: number): string {
  return `${name}: no answer within ${deadlineMs} ms; the device is given up, the next load makes a new one`
}

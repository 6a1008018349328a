import type { Kernel } from '@tilewright/codegen'

/** The files of a kernel by name: its source, and the plan to launch it as JSON. */
export function kernelFiles(kernel: Kernel): Readonly<Record<string, string>> {
  const { kernel: family, pass, target, problem, config, entryPoint, plan, sha256 } = kernel
  const launch = { schemaVersion: 1, kernel: family, pass, target, problem, config, entryPoint, sha256, plan }
  return {
    [`${entryPoint}.${target === 'cuda' ? 'cu' : 'wgsl'}`]: kernel.source,
    [`${entryPoint}.plan.json`]: `${JSON.stringify(launch, null, 2)}\n`,
  }
}

import type { Device } from '@tilewright/devices'
import {
  entryPointOf,
  hashOf,
  planOf,
  viewOf,
  type Configuration,
  type KernelId,
  type Problem,
} from '@tilewright/kernels'
import { headerOf } from './header.ts'
import type { Kernel } from './kernel.ts'
import { namesOf, render, templateFile, templateKey } from './render.ts'

/** What to render. The device is only named in the header. */
export interface GenerateRequest extends KernelId {
  readonly problem: Problem
  readonly config: Configuration
  readonly device?: Device
}

/**
 * The source of one configuration and the plan to launch it. The source depends on neither batch nor time; the plan does.
 * Throws `E_PROBLEM` or `E_KERNEL` for a kernel that does not exist. The configuration is taken as it is: whether the
 * rules allow it on a device is what `spaceOf` and the presets' validation tell.
 *
 * @example
 * const problem = { cell: 'mingru', dtype: 'f32', batch: 3, time: 501, heads: 1, headDim: 96 } as const
 * const config = { CHANNEL_LANES: 32, TIME_LANES: 4, ITEMS: 4, VECTOR: 1, PARTS: 1, SUBGROUPS: 0 }
 * const { source, plan } = generate({ kernel: 'scan', pass: 'forward', target: 'wgsl', problem, config })
 */
export function generate(request: GenerateRequest): Kernel {
  const { kernel, pass, target, problem, config, device } = request
  const id = { kernel, pass, target }
  const key = templateKey(id)
  const plan = planOf(id, problem, config)
  const body = render(key, viewOf(id, problem, config, namesOf(key)))
  const entryPoint = entryPointOf(id, problem)
  const sha256 = hashOf(body)
  const origin = { ...id, problem, config, entryPoint, template: templateFile(key), plan, sha256 }
  const source = `${headerOf(device ? { ...origin, device } : origin)}\n${body}`
  return { ...id, problem, config, entryPoint, source, plan, sha256 }
}

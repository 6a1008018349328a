import type { Device } from '@tilewright/devices'
import { planOf, rulesOf, spaceOf } from '@tilewright/kernels'
import type { Configuration, KernelId, Problem } from '@tilewright/kernels'
import { violated } from '@tilewright/solver'
import { launchViolations } from './launch.ts'
import { missingParameter, unknownParameter } from './messages.ts'
import type { CompilerReport } from './preset.ts'

/** A configuration that is said to be good for a kernel and a problem; a preset of a file with the file's kernel is one. */
export interface Claim extends KernelId {
  readonly problem: Problem
  readonly config: Configuration
  readonly compiler?: CompilerReport
}

export type Validity =
  | { readonly status: 'valid' }
  /** One sentence for each rule or limit that is broken; rules by their names. */
  | { readonly status: 'invalid'; readonly violations: readonly string[] }

/**
 * Checks a preset against its own space and the device's limits: it has exactly the kernel's parameters, satisfies every
 * rule, and the device can launch its plan with the registers that the compiler reported. Throws what `spaceOf` throws
 * for a kernel or problem that does not exist.
 *
 * @example
 * validatePreset({ ...file, ...file.presets[0] }, device(file.device))
 */
export function validatePreset(preset: Claim, device: Device): Validity {
  const names = namesViolations(preset)
  if (names.length > 0) return { status: 'invalid', violations: names }
  const rules = violated(spaceOf(preset, preset.problem, device), preset.config)
  // A plan is asked for only where the rules hold: elsewhere its arithmetic may not even be whole.
  const violations =
    rules.length > 0 ? rules : launchViolations(device, planOf(preset, preset.problem, preset.config), preset.compiler)
  return violations.length === 0 ? { status: 'valid' } : { status: 'invalid', violations }
}

/** The configuration in the rule file's order, in which it is printed and hashed; preset files sort their keys. */
export function inDeclarationOrder(id: KernelId, config: Configuration): Configuration {
  return Object.fromEntries(rulesOf(id).params.map(({ name }) => [name, config[name]!]))
}

function namesViolations(preset: Claim): readonly string[] {
  const declared = rulesOf(preset).params.map(({ name }) => name)
  const missing = declared.filter((name) => preset.config[name] === undefined)
  const unknown = Object.keys(preset.config).filter((name) => !declared.includes(name))
  return [...missing.map(missingParameter), ...unknown.map((name) => unknownParameter(name, declared))]
}

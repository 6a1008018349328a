import { readFileSync } from 'node:fs'
import type { Device } from '@tilewright/devices'
import {
  configText,
  kernelText,
  problemText,
  rulesOf,
  spaceOf,
  type Configuration,
  type KernelId,
  type Problem,
} from '@tilewright/kernels'
import { violated } from '@tilewright/solver'
import { CommandError, EXIT, usage } from './exit-code.ts'

/** `--config` as every command explains it. */
export const CONFIG_HELP = 'JSON with a configuration, such as a .plan.json or the output of tune --json'

/** A configuration from a file: bare, or as `config` in a larger document; checked against the rules of this device. */
export function readConfig(path: string, id: KernelId, problem: Problem, device: Device): Configuration {
  const config = configIn(readFileSync(path, 'utf8'), path, id)
  const broken = violated(spaceOf(id, problem, device), config)
  if (broken.length > 0)
    throw new CommandError(
      EXIT.infeasible,
      `${path}: ${configText(config)} breaks rules of ${kernelText(id)} for ${problemText(problem)} on ${device.name}: ${broken.map((rule) => `"${rule}"`).join(', ')}; tune for this problem instead`,
    )
  return config
}

function configIn(text: string, path: string, id: KernelId): Configuration {
  const names = rulesOf(id).params.map((param) => param.name)
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw usage(`${path}: is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const record = recordOf(recordOf(document)?.['config'] ?? document)
  const values = names.map((name) => [name, record?.[name]] as const)
  const wrong = values.find(([, value]) => !Number.isInteger(value))
  if (wrong)
    throw usage(
      `${path}: ${wrong[0]} is ${JSON.stringify(wrong[1]) ?? 'missing'}, not a whole number; ${kernelText(id)} has ${names.join(', ')}`,
    )
  return Object.fromEntries(values) as Configuration
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined
}

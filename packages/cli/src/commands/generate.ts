import { readFileSync } from 'node:fs'
import { generate } from '@tilewright/codegen'
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
import { findPreset } from '@tilewright/presets'
import { violated } from '@tilewright/solver'
import type { Command } from 'commander'
import { DEVICE_HELP, deviceNamed } from '../device-option.ts'
import { CommandError, EXIT, usage } from '../exit-code.ts'
import { clash } from '../explanation.ts'
import { print, printJson, progress, writeFiles } from '../output.ts'
import { kernelOf, problemOf, withProblem, type ProblemOptions } from '../problem-options.ts'
import { kernelFiles } from '../kernel-files.ts'

interface GenerateOptions extends ProblemOptions {
  readonly device: string
  readonly target?: string
  readonly config?: string
  readonly out: string
  readonly json?: boolean
}

export function addGenerate(program: Command): void {
  withProblem(
    program
      .command('generate')
      .description('write the kernel of a preset, of a config file, or of the best configuration under the cost model')
      .requiredOption('--device <dev>', DEVICE_HELP),
  )
    .option('--target <language>', 'cuda or wgsl; must be what the device runs')
    .option('--config <file>', 'JSON with a configuration, such as the output of tune --json')
    .option('-o, --out <folder>', 'where the files go', 'out')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  tilewright generate --device h100-sxm --cell lstm --head-dim 768 --dtype bf16 -o out',
    )
    .action(async (options: GenerateOptions) => {
      const problem = problemOf(options)
      const device = await deviceNamed(options.device)
      const id = kernelOf(options, problem, device)
      if (options.target !== undefined && options.target !== id.target)
        throw usage(
          `--target: ${options.target} is not what ${device.name} runs; leave it out or use --target ${id.target}`,
        )
      const { config, reason } = options.config
        ? fromFile(options.config, id, problem, device)
        : chosen(id, problem, device, options)
      progress(reason)
      const kernel = generate({ ...id, problem, config, device })
      const paths = await writeFiles(options.out, kernelFiles(kernel))
      if (options.json)
        return printJson({
          kernel: id,
          problem,
          device: device.name,
          config,
          reason,
          sha256: kernel.sha256,
          files: paths,
        })
      for (const path of paths) print(path)
    })
}

function chosen(
  id: KernelId,
  problem: Problem,
  device: Device,
  options: GenerateOptions,
): { readonly config: Configuration; readonly reason: string } {
  const answer = findPreset({ ...id, device, problem })
  if (answer.status === 'infeasible') return clash(id, problem, device, options)
  return { config: answer.config, reason: answer.reason }
}

/** A configuration from a file: bare, or as `config` in a larger document; checked against the rules of this device. */
function fromFile(
  path: string,
  id: KernelId,
  problem: Problem,
  device: Device,
): { readonly config: Configuration; readonly reason: string } {
  const config = configIn(readFileSync(path, 'utf8'), path, id)
  const broken = violated(spaceOf(id, problem, device), config)
  if (broken.length > 0)
    throw new CommandError(
      EXIT.infeasible,
      `${path}: ${configText(config)} breaks rules of ${kernelText(id)} for ${problemText(problem)} on ${device.name}: ${broken.map((rule) => `"${rule}"`).join(', ')}; tune for this problem instead`,
    )
  return { config, reason: `configuration from ${path}: ${configText(config)}` }
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

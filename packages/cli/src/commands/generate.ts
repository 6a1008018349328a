import { generate } from '@tilewright/codegen'
import type { Device } from '@tilewright/devices'
import { configText, type Configuration, type KernelId, type Problem } from '@tilewright/kernels'
import { findPreset } from '@tilewright/presets'
import type { Command } from 'commander'
import { CONFIG_HELP, readConfig } from '../config-file.ts'
import { DEVICE_HELP, deviceNamed } from '../device-option.ts'
import { usage } from '../exit-code.ts'
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
    .option('--config <file>', CONFIG_HELP)
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
      const { config, reason } = chosen(id, problem, device, options)
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

/** The configuration of the file that was named, or else a preset's or the model's best. */
function chosen(
  id: KernelId,
  problem: Problem,
  device: Device,
  options: GenerateOptions,
): { readonly config: Configuration; readonly reason: string } {
  if (options.config !== undefined) {
    const config = readConfig(options.config, id, problem, device)
    return { config, reason: `configuration from ${options.config}: ${configText(config)}` }
  }
  const answer = findPreset({ ...id, device, problem })
  if (answer.status === 'infeasible') return clash(id, problem, device, options)
  return { config: answer.config, reason: answer.reason }
}

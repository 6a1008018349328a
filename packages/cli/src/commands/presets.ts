import { device as deviceOf } from '@tilewright/devices'
import { configText, problemText } from '@tilewright/kernels'
import { publishedPresets, validatePreset, type PresetFile } from '@tilewright/presets'
import { loadPresetFolder } from '@tilewright/presets/store'
import type { Command } from 'commander'
import { CommandError, EXIT } from '../exit-code.ts'
import { print, printJson, table } from '../output.ts'

export function addPresets(program: Command): void {
  const presets = program.command('presets').description('published presets, or those of a folder that tune wrote')
  presets
    .command('list')
    .description('every preset with its evidence')
    .option('--from <folder>', 'a folder of preset files instead of the published ones')
    .option('--json', 'one JSON document')
    .action(({ from, json }: { from?: string; json?: boolean }) => {
      const files = filesOf(from)
      if (json) return printJson({ files })
      const rows = files.flatMap((file) =>
        file.presets.map(({ problem, evidence, config }) => [
          file.device,
          file.kernel,
          file.pass,
          problemText(problem),
          evidence,
          configText(config),
        ]),
      )
      print(
        rows.length === 0
          ? 'no presets'
          : table(['device', 'kernel', 'pass', 'problem', 'evidence', 'configuration'], rows),
      )
    })
  presets
    .command('check')
    .description('hold every preset against the rules and the limits of its device')
    .option('--from <folder>', 'a folder of preset files instead of the published ones')
    .action(({ from }: { from?: string }) => check(filesOf(from)))
}

function filesOf(folder: string | undefined): readonly PresetFile[] {
  return folder === undefined ? publishedPresets() : loadPresetFolder(folder)
}

function check(files: readonly PresetFile[]): void {
  let wrong = 0
  for (const file of files)
    for (const preset of file.presets) {
      const result = validatePreset({ ...file, ...preset }, deviceOf(file.device))
      if (result.status === 'valid') continue
      wrong++
      print(`${file.device}, ${problemText(preset.problem)}: ${result.violations.join('; ')}`)
    }
  const total = files.reduce((sum, { presets }) => sum + presets.length, 0)
  if (wrong > 0)
    throw new CommandError(EXIT.failed, `${wrong} of ${total} presets are not legal on their device; tune them again`)
  print(`${total} presets are legal on their devices`)
}

import { Command } from 'commander'
import { VERSION } from '@tilewright/codegen'
import { addCudaCpu } from './commands/cuda-cpu.ts'
import { addDevices } from './commands/devices.ts'
import { addExplain } from './commands/explain.ts'
import { addGenerate } from './commands/generate.ts'
import { addPresets } from './commands/presets.ts'
import { addSolve } from './commands/solve.ts'
import { addTune } from './commands/tune.ts'
import { addVerify } from './commands/verify.ts'
import { plainly, runCommand } from './run-command.ts'

/** Runs one command line; sets the process's exit code, and never throws. */
export function main(args: readonly string[]): Promise<void> {
  return runCommand(program(), args)
}

function program(): Command {
  const tilewright = new Command('tilewright')
    .description('Recurrent GPU kernels with tilings that are solved for, proven under a model, compiled or measured.')
    .version(VERSION)
  plainly(tilewright, 'tilewright --help lists the commands, tilewright COMMAND --help their options')
  for (const add of [addTune, addGenerate, addExplain, addSolve, addVerify, addCudaCpu, addDevices, addPresets])
    add(tilewright)
  for (const command of tilewright.commands) command.exitOverride().copyInheritedSettings(tilewright)
  return tilewright
}

import { Command, CommanderError } from 'commander'
import { VERSION } from '@tilewright/codegen'
import { addCudaCpu } from './commands/cuda-cpu.ts'
import { addDevices } from './commands/devices.ts'
import { addExplain } from './commands/explain.ts'
import { addGenerate } from './commands/generate.ts'
import { addPresets } from './commands/presets.ts'
import { addSolve } from './commands/solve.ts'
import { addTune } from './commands/tune.ts'
import { addVerify } from './commands/verify.ts'
import { EXIT, verdictOf } from './exit-code.ts'

/** Runs one command line; sets the process's exit code, and never throws. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has printed its own sentence; help and version are no errors.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
      return
    }
    const { exit, message } = verdictOf(error)
    process.stderr.write(`${message}\n`)
    if (process.env['TILEWRIGHT_TRACE'] && error instanceof Error) process.stderr.write(`${error.stack}\n`)
    process.exitCode = exit
  }
}

function program(): Command {
  const tilewright = new Command('tilewright')
    .description('Recurrent GPU kernels with tilings that are solved for, proven under a model, compiled or measured.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, '')) })
    .showHelpAfterError('(tilewright --help lists the commands, tilewright COMMAND --help their options)')
  for (const add of [addTune, addGenerate, addExplain, addSolve, addVerify, addCudaCpu, addDevices, addPresets])
    add(tilewright)
  for (const command of tilewright.commands) command.exitOverride().copyInheritedSettings(tilewright)
  return tilewright
}

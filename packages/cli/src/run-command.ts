import { CommanderError, type Command } from 'commander'
import { EXIT, verdictOf, type ExitCode } from './exit-code.ts'

/** A wrong command line is one sentence, and where there is help. The command does not end the process by itself. */
export function plainly(command: Command, help: string): Command {
  return command
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, '')) })
    .showHelpAfterError(`(${help})`)
}

/** Runs one command line; sets the process's exit code, and never throws. */
export async function runCommand(command: Command, args: readonly string[]): Promise<void> {
  try {
    await command.parseAsync(args, { from: 'user' })
  } catch (error) {
    process.exitCode = exitOf(error)
  }
}

/** Says in one sentence on stderr what was thrown, and gives the exit code that goes with it. */
export function exitOf(error: unknown): ExitCode {
  // commander has printed its own sentence; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  const { exit, message } = verdictOf(error)
  process.stderr.write(`${message}\n`)
  if (process.env['TILEWRIGHT_TRACE'] && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return exit
}

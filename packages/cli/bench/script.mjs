// How the scripts of npm meet a user: help, one sentence and an exit code as the command has them, progress on a terminal.
import { Command } from 'commander'
import { exitOf, plainly } from '../dist/run-command.js'

/** The command line of `npm run NAME`, for the script to add its options; throws where it prints help or refuses a line. */
export function script(name, { description, example }) {
  const command = new Command(`npm run ${name} --`).description(description)
  return plainly(command, `npm run ${name} -- --help has an example`).addHelpText(
    'after',
    `\nExample:\n  npm run ${name} -- ${example}`,
  )
}

/** What a step gives; where it throws, the process ends with one sentence and the exit code that goes with it. */
export async function orEnd(step) {
  try {
    return await step()
  } catch (error) {
    process.exit(exitOf(error))
  }
}

/** One line that is written over again, where there is a terminal to do so. */
export function redraw(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

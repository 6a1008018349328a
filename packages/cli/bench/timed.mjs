// What the benches of kernels share.
import { checkingProblem, lengthened, oracleOf } from '@tilewright/tuner'
import { openBackend } from '../dist/device-option.js'
import { CommandError, EXIT } from '../dist/exit-code.js'

/** Operations of the float64 reference of what is compared. */
export const CHECKED = 2 ** 22
// … and of what is timed: the steps that are drawn repeat.
const DRAWN = 2 ** 26

/** The backend of a device that can be timed; throws where there is none. */
export async function openTimed(device) {
  const backend = await openBackend(device)
  if (backend.evidence === 'measured') return backend
  throw new CommandError(EXIT.missing, `${device}: is no device here that can be timed; use --device webgpu or cuda:0`)
}

export function inputsOf(id, problem) {
  return lengthened(oracleOf({ id, problem: checkingProblem(id, problem, DRAWN), seed: 1 }), problem)
}

export function end(message, code) {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}

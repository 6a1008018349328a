// What the benches of kernels share.
import { checkingProblem, lengthened, oracleOf } from '@tilewright/tuner'
import { openBackend } from '../dist/device-option.js'

/** Operations of the float64 reference of what is compared. */
export const CHECKED = 2 ** 22
// … and of what is timed: the steps that are drawn repeat.
const DRAWN = 2 ** 26

/** The backend of a device that can be timed; ends the program where there is none. */
export async function openTimed(device) {
  const backend = await openBackend(device).catch(({ message, exit }) => end(message, exit ?? 1))
  if (backend.evidence !== 'measured')
    end(`${backend.name} is no device that can be timed; use --device webgpu or cuda:0`, 2)
  return backend
}

export function inputsOf(id, problem) {
  return lengthened(oracleOf({ id, problem: checkingProblem(id, problem, DRAWN), seed: 1 }), problem)
}

export function end(message, code) {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}

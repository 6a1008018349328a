import { cell as findCell } from '@tilewright/cells'
import type { Device } from '@tilewright/devices'
import { checkpointSteps, kernelText, problemText, spaceOf, type KernelId, type Problem } from '@tilewright/kernels'
import { explain, first, type Explanation } from '@tilewright/solver'
import { CommandError, EXIT } from './exit-code.ts'
import { printJson } from './output.ts'

/** Why nothing fits, with what a user could type instead. */
export type KernelExplanation = Explanation & {
  /** Flags of a scan that make a kernel fit as the problem's sizes are: `--packed hidden,gate`. */
  readonly flags: readonly string[]
}

/** The solver's explanation with relaxations of what a user can change: sizes below and above, flags of a scan. */
export function explainKernel(id: KernelId, problem: Problem, device: Device): KernelExplanation {
  const space = spaceOf(id, problem, device)
  const sizes =
    'HEAD_DIM' in space.givens
      ? [{ given: 'HEAD_DIM', from: 1, to: 2 * problem.headDim }]
      : [{ given: 'CHANNELS', from: 1, to: 2 * problem.headDim * problem.heads }]
  return { ...explain(space, { relax: sizes }), flags: fittingFlags(id, problem, device) }
}

/** One change each: the inputs in one tensor, and the nearest number of steps between checkpoints. */
function fittingFlags(id: KernelId, problem: Problem, device: Device): readonly string[] {
  const cell = findCell(problem.cell)
  if (cell.kind !== 'scan') return []
  const { inputs } = cell
  const fits = (change: Partial<Problem>) =>
    first(spaceOf(id, { ...problem, ...change }, device)).status !== 'infeasible'
  const isPackable = !problem.packed && inputs.length > 1
  const { checkpoint = 0 } = problem
  const nearest = checkpointSteps
    .filter((steps) => steps !== checkpoint)
    .sort((one, other) => Math.abs(one - checkpoint) - Math.abs(other - checkpoint))
    .find((steps) => fits({ checkpoint: steps }))
  return [
    ...(isPackable && fits({ packed: inputs }) ? [`--packed ${inputs.join()}`] : []),
    ...(nearest ? [`--checkpoint ${nearest}`] : []),
  ]
}

/** What a person reads of an explanation: the clashing rules with their numbers, then what would fit. */
export function explanationText(explanation: Explanation | KernelExplanation): string {
  if (explanation.status === 'feasible') return `feasible: ${explanation.count} configurations`
  const flags = 'flags' in explanation ? explanation.flags : []
  return [
    'no configuration fits; these rules clash, and none of them can be spared:',
    ...explanation.conflict.flatMap(({ rule, text, values }) => [`  "${rule}": ${text}`, `    ${values}`]),
    ...explanation.relaxations.map(({ given, value }) => `fits: ${wordOf(given)} ${value}`),
    ...flags.map((flag) => `fits: ${flag}`),
  ].join('\n')
}

/** Exits 3 with the minimal conflict on stderr, and as data on stdout with --json. */
export function clash(id: KernelId, problem: Problem, device: Device, options: { readonly json?: boolean }): never {
  const explanation = explainKernel(id, problem, device)
  if (options.json) printJson({ status: 'infeasible', kernel: id, problem, device: device.name, explanation })
  throw new CommandError(
    EXIT.infeasible,
    `${kernelText(id)}, ${problemText(problem)} on ${device.name}: ${explanationText(explanation)}`,
  )
}

// Givens that a flag of the command sets, in the words that the user typed.
const FLAGS: Readonly<Record<string, string>> = {
  HEAD_DIM: '--head-dim',
  CHANNELS: 'heads × --head-dim',
  BATCH: '--batch',
  HEADS: '--heads',
  TIME: '--time',
}

function wordOf(given: string): string {
  return FLAGS[given] ?? given
}

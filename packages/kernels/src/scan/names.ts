import { isReserved, type ScanCell } from '@tilewright/cells'
import { identifiers } from '@tilewright/templates/identifiers'
import { KernelError } from '../errors.ts'
import type { KernelKind } from '../family.ts'
import type { Pass, Problem } from '../problem.ts'
import { scanCell } from './cell.ts'
import { scanEntryPoint } from './plan.ts'
import { columnName, inputTensors, outputsOf, scanTensors, weightsOf } from './tensors.ts'

/**
 * Throws `E_KERNEL` where a kernel would call two things by one name because of the name of an input or a weight.
 * Tensors keep the names that the user gave them, so such a name is refused; values within a step are printed under
 * another one.
 */
export function checkNames(problem: Problem, { pass, target }: KernelKind): void {
  const cell = scanCell(problem)
  const kernel = `scan ${pass} ${target}`
  const own = new Set([...identifiers[`scan/${pass}.${target}`]!.tensors, ...ownNames(cell, problem, pass)])
  const users = new Map<string, string>()
  for (const { kind, name } of namesOf(cell))
    for (const declared of declaredNames(name, problem, pass)) {
      const other = isReserved(declared, target)
        ? `a word of ${target === 'cuda' ? 'CUDA' : 'WGSL'}`
        : own.has(declared)
          ? 'a name that it has itself'
          : users.get(declared)
      if (other !== undefined)
        throw new KernelError(
          'E_KERNEL',
          `${cell.name}: ${kind} ${name}: ${kernel} calls ${declared === name ? 'it' : 'something of it'} ${declared}, ${other}; rename it`,
        )
      users.set(declared, `as it does something of ${kind} ${name}`)
    }
}

/** Names around a cell's lines that values among them must not have. */
export function namesAroundLines(cell: ScanCell, problem: Problem, { pass, target }: KernelKind): readonly string[] {
  return [
    ...identifiers[`scan/${pass}.${target}`]!.locals,
    ...ownNames(cell, problem, pass),
    ...namesOf(cell).flatMap(({ name }) => declaredNames(name, problem, pass)),
  ]
}

function namesOf(cell: ScanCell): readonly { readonly kind: string; readonly name: string }[] {
  return [
    ...cell.inputs.map((name) => ({ kind: 'input', name })),
    ...weightsOf(cell).map((name) => ({ kind: 'weight', name })),
  ]
}

/** What the kernels of a pass declare for an input or a weight: it, its gradient, and what stands for either on the way. */
function declaredNames(name: string, { packed }: Problem, pass: Pass): readonly string[] {
  const tensors = pass === 'forward' ? [name] : [name, `d${name}`]
  return [
    ...tensors.flatMap((tensor) => [tensor, `${tensor}_t`, `${tensor}Values`, `${tensor}Packs`]),
    ...(pass === 'backward' ? [`d${name}Sum`] : []),
    ...(packed?.includes(name) ? [columnName(name)] : []),
  ]
}

/** Names of the kernel that no template spells out: its tensors beside those of the inputs, and its entry points. */
function ownNames(cell: ScanCell, problem: Problem, pass: Pass): readonly string[] {
  const { inputs, outputs } = scanTensors(problem, pass)
  const tensors = [...inputs, ...outputs].map(({ name }) => name)
  // Those of the cell go once each: what is left of a name has another owner.
  const ofCell = [...new Set(inputTensors(cell, problem).map(({ tensor }) => tensor)), ...weightsOf(cell)]
  for (const name of pass === 'forward' ? ofCell : ofCell.flatMap((each) => [each, `d${each}`]))
    tensors.splice(tensors.indexOf(name), 1)
  const gradient = `d${outputsOf(cell, problem)[0]}`
  const entryPoint = scanEntryPoint(problem, pass)
  return [
    ...tensors,
    ...(pass === 'backward' ? [`${gradient}_t`, `${gradient}Packs`] : []),
    ...(problem.packed ? ['packed', 'dpacked', 'PACKED_CHANNELS'] : []),
    entryPoint,
    `${entryPoint}_reduce`,
  ]
}

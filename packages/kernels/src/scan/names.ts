import { isReserved, type ScanCell } from '@tilewright/cells'
import { identifiers } from '@tilewright/templates/identifiers'
import { KernelError } from '../errors.ts'
import type { KernelKind } from '../family.ts'
import type { Pass, Problem } from '../problem.ts'
import { scanEntryPoint } from './plan.ts'
import { columnName, outputsOf, scanTensors, weightsOf } from './tensors.ts'

/**
 * Throws `E_KERNEL` where a kernel would call two things by one name because of the name of an input or a weight.
 * Tensors keep the names that the user gave them, so such a name is refused; values within a step are printed under
 * another one.
 */
export function checkNames(cell: ScanCell, problem: Problem, { pass, target }: KernelKind): void {
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
  const { inputs, outputs } = scanTensors({ ...cell, inputs: [], weights: [] }, problem, pass)
  const gradient = `d${outputsOf(cell, problem)[0]}`
  const entryPoint = scanEntryPoint(problem, pass)
  return [
    ...[...inputs, ...outputs].map(({ name }) => name),
    ...(pass === 'backward' ? [`${gradient}_t`, `${gradient}Packs`] : []),
    ...(problem.packed ? ['packed', 'dpacked', 'PACKED_CHANNELS'] : []),
    entryPoint,
    `${entryPoint}_reduce`,
  ]
}

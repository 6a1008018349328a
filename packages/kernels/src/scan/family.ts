import { printExpressions, type Cell, type ScanCell } from '@tilewright/cells'
import { bytesOf } from '../dtype.ts'
import { KernelError } from '../errors.ts'
import type { Family, NumberOf, TemplateView } from '../family.ts'
import type { Plan } from '../plan.ts'
import type { Problem, Target } from '../problem.ts'
import { tensorsOf } from '../tensor.ts'

/** Linear recurrence: no matrix, the gates are computed where the inputs are read. Channels are heads × headDim. */
export const scan: Family = {
  name: 'scan',
  givens: (problem, cell) => ({
    CHANNELS: channelsOf(problem),
    INPUTS: scanCell(cell).inputs.length,
    ELEMENT_BYTES: bytesOf(problem.dtype),
    BATCH: problem.batch,
    TIME: problem.time,
  }),
  entryPoint: (problem) => `${problem.cell.replaceAll('-', '_')}_scan_forward_${problem.dtype}_d${channelsOf(problem)}`,
  view,
  plan,
}

// Names of the templates around the printed lines; tensors are named as the cell names its inputs.
const RESERVED: readonly string[] =
  'h h0 i v t at time state lastState carry chunk start inside exists first out gain gains offset offsets runGain runOffset lane pack sequence channel block thread sizes buffer summary'.split(
    ' ',
  )

function view(problem: Problem, cell: Cell, target: Target, numberOf: NumberOf): TemplateView {
  const { inputs, a, b } = scanCell(cell)
  const clash = inputs.find((name) => RESERVED.includes(name))
  if (clash)
    throw new KernelError(
      'E_KERNEL',
      `${cell.name}: an input named ${clash} collides with a name in the kernel; rename it`,
    )
  const printed = printExpressions(
    { a, b },
    { target, leaf: (leaf) => `${leaf.name}_t`, reserved: [...RESERVED, ...inputs] },
  )
  const shared = {
    ENTRY_POINT: scan.entryPoint(problem),
    INPUT_NAMES: inputs,
    IS_PARALLEL: numberOf('TIME_LANES') > 1,
    HAS_CELL_FUNCTIONS: printed.functions.length > 0,
    CELL_FUNCTIONS: printed.functions.join('\n\n'),
    CELL_LINES: printed.lines,
    A_RESULT: printed.results['a']!,
    B_RESULT: printed.results['b']!,
  }
  if (target === 'cuda') return { ...shared, IS_BF16: problem.dtype === 'bf16' }
  return {
    ...shared,
    IS_VECTORISED: numberOf('VECTOR') > 1,
    H0_BINDING: inputs.length,
    H_BINDING: inputs.length + 1,
    LAST_BINDING: inputs.length + 2,
    SIZES_BINDING: inputs.length + 3,
  }
}

function plan(problem: Problem, _cell: Cell, _target: Target, numberOf: NumberOf): Plan {
  const { inputs, outputs } = tensorsOf(problem)
  const buffers = [
    ...inputs.map(({ name, dtype, shape }) => ({ name, role: 'input' as const, dtype, shape })),
    ...outputs.map(({ name, dtype, shape }) => ({ name, role: 'output' as const, dtype, shape })),
  ]
  return {
    buffers,
    dispatches: [
      {
        entryPoint: scan.entryPoint(problem),
        grid: [numberOf('BLOCKS'), 1, 1],
        block: [numberOf('THREADS'), 1, 1],
        sharedBytes: 0,
        cooperative: false,
        buffers: buffers.map(({ name }) => name),
        scalars: [{ name: 'time', value: problem.time }],
      },
    ],
  }
}

function channelsOf(problem: Problem): number {
  return problem.heads * problem.headDim
}

function scanCell(cell: Cell): ScanCell {
  if (cell.kind !== 'scan') throw new TypeError(`${cell.name} is not a linear recurrence`)
  return cell
}

import {
  printExpressions,
  scanBackwardStep,
  type Expr,
  type Leaf,
  type PrintedExpressions,
  type ScanCell,
} from '@tilewright/cells'
import { KernelError } from '../errors.ts'
import type { KernelKind, NumberOf, TemplateView } from '../family.ts'
import type { Problem, Target } from '../problem.ts'
import { tensorsOf } from '../tensor.ts'
import { scanEntryPoint } from './plan.ts'

// Names of the templates around the printed lines; tensors are named as the cell names its inputs.
const RESERVED: readonly string[] =
  'h h0 dh dh0 i v t at time state lastState dLastState carry chunk chunks start inside exists first out gain gains offset offsets runGain runOffset lane pack sequence channel block thread sizes buffer summary before initial lambda arriving'.split(
    ' ',
  )

/** Names that the scan templates see beyond parameters and lets. */
export function scanView(problem: Problem, cell: ScanCell, kernel: KernelKind, numberOf: NumberOf): TemplateView {
  const clash = cell.inputs.find((name) => RESERVED.includes(name))
  if (clash)
    throw new KernelError(
      'E_KERNEL',
      `${cell.name}: an input named ${clash} collides with a name in the kernel; rename it`,
    )
  const isParallel = numberOf('TIME_LANES') > 1
  return {
    ENTRY_POINT: scanEntryPoint(problem, kernel.pass),
    INPUT_NAMES: cell.inputs,
    IS_PARALLEL: isParallel,
    ...(kernel.pass === 'forward' ? forwardView(cell, kernel.target) : backwardView(cell, kernel.target)),
    ...(kernel.target === 'cuda' ? { IS_BF16: problem.dtype === 'bf16' } : wgslView(problem, kernel, numberOf)),
  }
}

function forwardView(cell: ScanCell, target: Target): TemplateView {
  const printed = print(cell, { a: cell.a, b: cell.b }, target)
  return {
    ...functionsOf(printed),
    CELL_LINES: printed.lines,
    A_RESULT: printed.results['a']!,
    B_RESULT: printed.results['b']!,
  }
}

function backwardView(cell: ScanCell, target: Target): TemplateView {
  const coefficient = print(cell, { a: cell.a }, target)
  const gradients = scanBackwardStep(cell)
  const step = print(cell, { a: cell.a, ...named(gradients) }, target)
  return {
    ...functionsOf(coefficient, step),
    A_LINES: coefficient.lines,
    A_RESULT: coefficient.results['a']!,
    STEP_LINES: step.lines,
    STEP_A: step.results['a']!,
    GRADIENTS: cell.inputs.map((name) => ({ name: `d${name}`, value: step.results[`d${name}_t`]! })),
  }
}

// The tensors are dgate and so on; the value of one step is dgate_t.
function named(gradients: Readonly<Record<string, Expr>>): Readonly<Record<string, Expr>> {
  return Object.fromEntries(Object.entries(gradients).map(([name, expr]) => [`d${name}_t`, expr]))
}

function print(cell: ScanCell, outputs: Readonly<Record<string, Expr>>, target: Target): PrintedExpressions {
  const reserved = [...RESERVED, ...cell.inputs, ...cell.inputs.map((name) => `d${name}`)]
  return printExpressions(outputs, { target, leaf: leafText, reserved })
}

function leafText({ kind, name }: Leaf): string {
  if (kind === 'state') return 'before'
  return kind === 'gradient' ? 'lambda' : `${name}_t`
}

function functionsOf(...printed: readonly PrintedExpressions[]): TemplateView {
  const functions = [...new Set(printed.flatMap((each) => each.functions))]
  return { HAS_CELL_FUNCTIONS: functions.length > 0, CELL_FUNCTIONS: functions.join('\n\n') }
}

function wgslView(problem: Problem, { pass }: KernelKind, numberOf: NumberOf): TemplateView {
  const { inputs, outputs } = tensorsOf(problem, pass)
  const binding = ({ name, axes }: { readonly name: string; readonly axes: string }, index: number) => ({
    name,
    index,
    shape: axes === 'btc' ? '[batch][time][CHANNELS]' : '[batch][CHANNELS]',
  })
  return {
    IS_VECTORISED: numberOf('VECTOR') > 1,
    READ_BUFFERS: inputs.map(binding),
    WRITTEN_BUFFERS: outputs.map((tensor, i) => binding(tensor, inputs.length + i)),
    SIZES_BINDING: inputs.length + outputs.length,
  }
}

import {
  printExpressions,
  scanBackwardStep,
  type Expr,
  type Leaf,
  type PrintedExpressions,
  type ScanCell,
} from '@tilewright/cells'
import { bytesOf } from '../dtype.ts'
import { KernelError } from '../errors.ts'
import type { KernelKind, NumberOf, TemplateView } from '../family.ts'
import type { Problem, Target } from '../problem.ts'
import { scanOutput, tensorsOf } from '../tensor.ts'
import { scanEntryPoint } from './plan.ts'

// Names of the templates around the printed lines; tensors are named as the cell names its inputs.
const RESERVED: readonly string[] =
  'h h0 y dh dy dh0 i v t at time state state_t stateAt lastState dLastState carry carried chunk chunks start inside exists first out gain gains offset offsets runGain runOffset lane pack sequence channel block thread sizes buffer summary arriving'.split(
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
    ...(kernel.target === 'cuda' ? cudaView(problem, numberOf) : wgslView(problem, kernel, numberOf)),
  }
}

function forwardView(cell: ScanCell, target: Target): TemplateView {
  const step = print(cell, { a: cell.a, b: cell.b }, target)
  const output = cell.output ? print(cell, { y_t: cell.output }, target) : undefined
  return {
    ...functionsOf(step, ...(output ? [output] : [])),
    CELL_LINES: step.lines,
    A_RESULT: step.results['a']!,
    B_RESULT: step.results['b']!,
    HAS_OUTPUT: output !== undefined,
    OUTPUT_LINES: output?.lines ?? [],
    OUTPUT_RESULT: output?.results['y_t'] ?? '',
  }
}

function backwardView(cell: ScanCell, target: Target): TemplateView {
  const { inputs, carried, gain, offset } = scanBackwardStep(cell)
  const summary = print(cell, { gain, offset }, target)
  const step = print(cell, { carry_t: carried, ...named(inputs) }, target)
  return {
    ...functionsOf(summary, step),
    OUTPUT_NAME: scanOutput(cell),
    SUMMARY_LINES: summary.lines,
    GAIN_RESULT: summary.results['gain']!,
    OFFSET_RESULT: summary.results['offset']!,
    STEP_LINES: step.lines,
    CARRY_RESULT: step.results['carry_t']!,
    GRADIENTS: cell.inputs.map((name) => ({ name: `d${name}`, value: step.results[`d${name}_t`]! })),
  }
}

// The tensors are dgate and so on; the value of one step is dgate_t.
function named(gradients: Readonly<Record<string, Expr>>): Readonly<Record<string, Expr>> {
  return Object.fromEntries(Object.entries(gradients).map(([name, expr]) => [`d${name}_t`, expr]))
}

function print(cell: ScanCell, outputs: Readonly<Record<string, Expr>>, target: Target): PrintedExpressions {
  const reserved = [...RESERVED, ...cell.inputs, ...cell.inputs.map((name) => `d${name}`)]
  return printExpressions(outputs, { target, leaf: (leaf) => leafText(cell, leaf), reserved })
}

function leafText(cell: ScanCell, { kind, name }: Leaf): string {
  switch (kind) {
    case 'state':
      return 'state_t'
    case 'gradient':
      return name === 'carried' ? 'carried' : `d${scanOutput(cell)}_t`
    default:
      return `${name}_t`
  }
}

function functionsOf(...printed: readonly PrintedExpressions[]): TemplateView {
  const functions = [...new Set(printed.flatMap((each) => each.functions))]
  return { HAS_CELL_FUNCTIONS: functions.length > 0, CELL_FUNCTIONS: functions.join('\n\n') }
}

const PACK_WORDS: Readonly<Record<number, string>> = { 2: 'unsigned short', 4: 'unsigned', 8: 'uint2', 16: 'uint4' }

function cudaView({ dtype }: Problem, numberOf: NumberOf): TemplateView {
  return { IS_BF16: dtype === 'bf16', PACK_WORD: PACK_WORDS[bytesOf(dtype) * numberOf('VECTOR')]! }
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

import {
  leavesOf,
  printExpressions,
  scanBackwardStep,
  type Expr,
  type Leaf,
  type PrintedExpressions,
  type ScanCell,
} from '@tilewright/cells'
import type { KernelKind, NumberOf, TemplateView } from '../family.ts'
import type { Problem } from '../problem.ts'
import { scanCell } from './cell.ts'
import { cudaView } from './cuda-view.ts'
import { namesAroundLines } from './names.ts'
import { endOf, scanEntryPoint, startOf } from './plan.ts'
import { channelsOf, columnName, inputTensors, layoutOf, outputsOf, weightsOf, type InputTensor } from './tensors.ts'
import { wgslView } from './wgsl-view.ts'

/** Names that the scan templates see beyond parameters and lets. */
export function scanView(problem: Problem, kernel: KernelKind, numberOf: NumberOf): TemplateView {
  const cell = scanCell(problem)
  const { pass, target } = kernel
  const columns = inputTensors(cell, problem)
  const folds = numberOf('TIME_LANES') > 1 || numberOf('PARTS') > 1 || numberOf('LOOK_BACK') === 1
  return {
    ENTRY_POINT: scanEntryPoint(problem, pass),
    INPUTS: columns.map(placeText),
    COLUMNS: problem.packed ? columnConstants(columns, channelsOf(problem)) : [],
    WEIGHTS_READ: weightsOf(cell),
    WEIGHT_SUMS: pass === 'backward' ? weightsOf(cell).map((name) => `d${name}`) : [],
    CARRY_IN: startOf(pass),
    CARRY_OUT: endOf(pass),
    IS_BACKWARD: pass === 'backward',
    IS_PARALLEL: numberOf('TIME_LANES') > 1,
    IS_SPLIT: numberOf('PARTS') > 1,
    FOLDS_STEPS: folds,
    USES_STEPS: folds || pass === 'forward',
    CELL_READS: namesOf([cell.a, cell.b], 'input'),
    IS_SERIES: layoutOf(problem) === 'bdt',
    IS_TIME_MAJOR: layoutOf(problem) === 'tbd',
    IS_ROW_COUNTED: layoutOf(problem) === 'btd',
    CARRIED_NAME: pass === 'forward' ? 'h' : 'carried',
    HAS_RESETS: problem.resets === true,
    READS_STATES: pass === 'backward' && problem.checkpoint === undefined,
    HAS_CHECKPOINTS: problem.checkpoint !== undefined,
    HAS_LENGTHS: problem.cuSeqlens === true,
    HAS_SPARE_ROW: pass === 'forward' && problem.checkpoint !== undefined && problem.cuSeqlens === true,
    ...(pass === 'forward' ? forwardView(cell, problem, kernel) : backwardView(cell, problem, kernel)),
    ...(target === 'cuda' ? cudaView(problem, kernel, numberOf) : wgslView(problem, kernel, numberOf)),
  }
}

function forwardView(cell: ScanCell, problem: Problem, kernel: KernelKind): TemplateView {
  const print = printer(cell, problem, kernel)
  const step = print({ a: cell.a, b: cell.b })
  const output = cell.output ? print({ y_t: cell.output }) : undefined
  return {
    ...functionsOf(step, ...(output ? [output] : [])),
    CELL_LINES: step.lines,
    A_RESULT: step.results['a']!,
    B_RESULT: step.results['b']!,
    HAS_OUTPUT: output !== undefined,
    WRITES_STATES: outputsOf(cell, problem).some((name) => name === 'h'),
    OUTPUT_READS: cell.output ? namesOf([cell.output], 'input') : [],
    OUTPUT_LINES: output?.lines ?? [],
    OUTPUT_RESULT: output?.results['y_t'] ?? '',
  }
}

function backwardView(cell: ScanCell, problem: Problem, kernel: KernelKind): TemplateView {
  const print = printer(cell, problem, kernel)
  const { inputs, weights, carried, gain, offset } = scanBackwardStep(cell)
  const outside = namesOf([gain, offset], 'gradient').length > 0 ? [`d${outputsOf(cell, problem)[0]}`] : []
  const again = print({ a: cell.a, b: cell.b })
  const fold = print({ gain_t: gain, offset_t: offset })
  const step = print({ carry_t: carried, ...named(inputs), ...named(weights) })
  return {
    ...functionsOf(again, fold, step),
    CELL_LINES: again.lines,
    A_RESULT: again.results['a']!,
    B_RESULT: again.results['b']!,
    OUTPUT_NAME: outputsOf(cell, problem)[0],
    FOLD_READS: [...namesOf([gain, offset], 'input'), ...outside],
    FOLD_WEIGHTS: namesOf([gain, offset], 'weight'),
    FOLD_READS_STATE: namesOf([gain, offset], 'state').length > 0,
    FOLD_LINES: fold.lines,
    GAIN_RESULT: fold.results['gain_t']!,
    OFFSET_RESULT: fold.results['offset_t']!,
    STEP_READS: namesOf([carried, ...Object.values(inputs), ...Object.values(weights)], 'input'),
    STEP_LINES: step.lines,
    CARRY_RESULT: step.results['carry_t']!,
    GRADIENTS: inputTensors(cell, problem).map((place) => ({
      ...placeText(place),
      name: `d${place.input}`,
      tensor: `d${place.tensor}`,
      value: step.results[`d${place.input}_t`]!,
    })),
    WEIGHT_GRADIENTS: weightsOf(cell).map((name) => ({ name: `d${name}`, value: step.results[`d${name}_t`]! })),
  }
}

/** Names of the leaves of one kind that the expressions are computed from. */
function namesOf(exprs: readonly Expr[], kind: Leaf['kind']): readonly string[] {
  return leavesOf(exprs).flatMap((leaf) => (leaf.kind === kind ? [leaf.name] : []))
}

/** Where an input is read, in terms of the kernel's constants. */
function placeText({
  input,
  tensor,
  columns,
}: InputTensor): Readonly<Record<'name' | 'tensor' | 'column' | 'columns', string>> {
  return {
    name: input,
    tensor,
    column: columns === 1 ? '0' : columnName(input),
    columns: columns === 1 ? 'CHANNELS' : 'PACKED_CHANNELS',
  }
}

function columnConstants(
  columns: readonly InputTensor[],
  channels: number,
): readonly { name: string; value: number }[] {
  return [
    ...columns.map(({ input, column }) => ({ name: columnName(input), value: column * channels })),
    { name: 'PACKED_CHANNELS', value: columns.length * channels },
  ]
}

// The tensors are dgate and so on; the value of one step is dgate_t.
function named(gradients: Readonly<Record<string, Expr>>): Readonly<Record<string, Expr>> {
  return Object.fromEntries(Object.entries(gradients).map(([name, expr]) => [`d${name}_t`, expr]))
}

type Print = (outputs: Readonly<Record<string, Expr>>) => PrintedExpressions

function printer(cell: ScanCell, problem: Problem, kernel: KernelKind): Print {
  const { target } = kernel
  const reserved = namesAroundLines(cell, problem, kernel)
  // In WGSL a thread's channels are one value, in CUDA a loop goes through them.
  const value = target === 'wgsl' ? { value: 'Value' } : {}
  return (outputs) => printExpressions(outputs, { target, leaf: (leaf) => leafText(cell, leaf), reserved, ...value })
}

function leafText(cell: ScanCell, { kind, name }: Leaf): string {
  switch (kind) {
    case 'state':
      return 'state_t'
    case 'gradient':
      return name === 'carried' ? 'carried' : `d${cell.output ? 'y' : 'h'}_t`
    default:
      return `${name}_t`
  }
}

function functionsOf(...printed: readonly PrintedExpressions[]): TemplateView {
  const functions = [...new Set(printed.flatMap((each) => each.functions))]
  return { HAS_CELL_FUNCTIONS: functions.length > 0, CELL_FUNCTIONS: functions.join('\n\n') }
}

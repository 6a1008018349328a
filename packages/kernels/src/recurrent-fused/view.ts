import { printExpressions, type Leaf, type RecurrentCell } from '@tilewright/cells'
import { identifiers } from '@tilewright/templates/identifiers'
import type { NumberOf, TemplateView } from '../family.ts'
import type { Problem, Target } from '../problem.ts'
import { recurrentCell } from './cell.ts'

/** Names that the recurrent-fused templates see beyond parameters and lets. */
export function recurrentView(problem: Problem, target: Target, numberOf: NumberOf): TemplateView {
  const cell = recurrentCell(problem)
  const printed = printExpressions(cell.next, {
    target,
    leaf: (leaf) => (target === 'cuda' ? cudaLeaf(cell, leaf) : wgslLeaf(cell, leaf)),
    reserved: identifiers[`recurrent-fused/forward.${target}`]!.locals,
  })
  const results = cell.states.map((state) => printed.results[state]!)
  const shared = {
    ENTRY_POINT: recurrentEntryPoint(problem),
    STATE_NAMES: cell.states.join(', '),
    GATE_NAMES: cell.recurrentGates.join(', '),
    WX_GATE_NAMES: cell.inputGates.join(', '),
    BIAS_GATE_NAMES: cell.biasGates.join(', '),
    HAS_CELL_FUNCTIONS: printed.functions.length > 0,
    CELL_FUNCTIONS: printed.functions.join('\n\n'),
    CELL_LINES: printed.lines,
  }
  if (target === 'wgsl')
    return {
      ...shared,
      IS_VECTORISED: numberOf('VECTOR') > 1,
      HAS_CARRIED: cell.states.length > 1,
      NEXT_HIDDEN: results[0]!,
      STORED_STATES: results.map((value, index) => ({ index, value })),
      CARRIED_STATES: results.slice(1).map((value, index) => ({ index, value })),
    }
  return {
    ...shared,
    IS_BF16: problem.dtype === 'bf16',
    LOADS_VALUES: true,
    STORES_VALUES: true,
    IS_F16: problem.dtype === 'f16',
    IS_MMA: problem.dtype !== 'f32',
    MMA_TYPE: problem.dtype,
    HAS_CACHED_TILES: numberOf('CACHED_K_TILES') > 0,
    HAS_SHARED_TILES: numberOf('SHARED_K_TILES') > 0,
    HAS_EXCHANGE: numberOf('OUT_BLOCKS') > 1,
    CELL_RESULTS: results,
  }
}

export function recurrentEntryPoint({ cell, dtype, heads, headDim }: Problem): string {
  const size = heads === 1 ? `d${headDim}` : `n${heads}_d${headDim}`
  return `${cell.replaceAll('-', '_')}_fused_forward_${dtype}_${size}`
}

function cudaLeaf(cell: RecurrentCell, leaf: Leaf): string {
  switch (leaf.kind) {
    case 'Wx':
      return `wx[e][${cell.inputGates.indexOf(leaf.name)}]`
    case 'Ry':
      return `ry[${cell.recurrentGates.indexOf(leaf.name)}]`
    case 'b':
      return `bias[e][${cell.biasGates.indexOf(leaf.name)}]`
    default:
      return `state[e][${cell.states.indexOf(leaf.name)}]`
  }
}

function wgslLeaf(cell: RecurrentCell, leaf: Leaf): string {
  switch (leaf.kind) {
    case 'Wx':
      return `Wx[wx + ${cell.inputGates.indexOf(leaf.name)}u * HEADS * HEAD_DIM]`
    case 'Ry':
      return `ry[${cell.recurrentGates.indexOf(leaf.name)}]`
    case 'b':
      return `b[bias + ${cell.biasGates.indexOf(leaf.name)}u * HEADS * HEAD_DIM]`
    default: {
      const state = cell.states.indexOf(leaf.name)
      return state === 0 ? 'hidden[before + own]' : `carried[${state - 1}u * HIDDEN_SIZE + own]`
    }
  }
}

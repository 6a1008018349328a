// What there is to verify: every cell, pass and storage type by every algorithm, and every flag of a scan.
import { cell, cellNames } from '@tilewright/cells'
import { algorithmsOf, familyOf, passesOf } from '@tilewright/kernels'

/** Sizes that no tile divides; time is whole vectors where steps are read in vectors. */
const SCAN = { batch: 3, time: 301, heads: 1, headDim: 40 }
const RECURRENT = { batch: 3, time: 6, heads: 2, headDim: 37 }

const FLAGS = [
  { layout: 'tbd' },
  { layout: 'bdt', time: 304 },
  { packed: ['hidden', 'gate'] },
  { resets: true },
  { cuSeqlens: true },
  { checkpoint: 8 },
  { layout: 'bdt', time: 304, packed: ['gate', 'hidden'], resets: true },
  { layout: 'tbd', packed: ['hidden', 'gate'], checkpoint: 4 },
  { cuSeqlens: true, resets: true, packed: ['hidden', 'gate'] },
  { cuSeqlens: true, checkpoint: 8 },
]

/** Problems of some cells with the storage types of a target, each with its passes and algorithms. */
export function rowsOf(target, cells = cellNames()) {
  const dtypesOf = (name) =>
    target === 'cuda' ? ['f32', 'bf16', 'f16'] : cell(name).kind === 'scan' ? ['f32', 'f16'] : ['f32']
  const problems = cells.flatMap((name) => {
    const sizes = cell(name).kind === 'scan' ? SCAN : RECURRENT
    return dtypesOf(name).map((dtype) => ({ cell: name, dtype, ...sizes }))
  })
  const flagged = (cells.includes('mingru') ? FLAGS : []).flatMap((flags) =>
    dtypesOf('mingru').map((dtype) => ({ cell: 'mingru', dtype, ...SCAN, ...flags })),
  )
  return [...problems, ...flagged].flatMap((problem) => {
    const kernel = familyOf(problem.cell)
    return passesOf(kernel).map((pass) => ({
      problem,
      id: { kernel, pass, target },
      algorithms: algorithmsOf(kernel).length > 0 ? algorithmsOf(kernel) : ['best'],
    }))
  })
}

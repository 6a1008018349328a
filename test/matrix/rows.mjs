// What there is to verify: every cell, pass and storage type by every algorithm, and every flag of a scan.
import { cell as findCell, cellNames } from '@tilewright/cells'
import { algorithmsOf, familyOf, passesOf } from '@tilewright/kernels'
import { FLAGS } from '../support/flags.mjs'

/** Problems of some cells with the storage types of a target, each with its passes and algorithms. */
export function rowsOf(target, cells = cellNames()) {
  const flagged = FLAGS.filter((flags) => Object.keys(flags).length > 0).map((flags) => ({ cell: 'mingru', ...flags }))
  const wanted = [...cells.map((cell) => ({ cell })), ...flagged.filter(({ cell }) => cells.includes(cell))]
  const problems = wanted.flatMap((each) =>
    dtypesOf(each.cell, target).map((dtype) => ({ cell: each.cell, dtype, ...sizesOf(each), ...each })),
  )
  return problems.flatMap((problem) => {
    const kernel = familyOf(problem.cell)
    return passesOf(kernel).map((pass) => ({
      problem,
      id: { kernel, pass, target },
      algorithms: algorithmsOf(kernel).length > 0 ? algorithmsOf(kernel) : ['best'],
    }))
  })
}

function dtypesOf(cell, target) {
  if (target === 'cuda') return ['f32', 'bf16', 'f16']
  return findCell(cell).kind === 'scan' ? ['f32', 'f16'] : ['f32']
}

/** Sizes that no tile divides; time is whole vectors where steps are read in vectors. */
function sizesOf({ cell, layout }) {
  if (findCell(cell).kind === 'recurrent') return { batch: 3, time: 6, heads: 2, headDim: 37 }
  return { batch: 3, time: layout === 'bdt' ? 304 : 301, heads: 1, headDim: 40 }
}

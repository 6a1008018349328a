import {
  algorithmOf,
  algorithmsOf,
  kernelText,
  ofAlgorithm,
  problemText,
  spaceOf,
  type KernelId,
} from '@tilewright/kernels'
import { best, count, type Ranked, type Space } from '@tilewright/solver'
import type { Command } from 'commander'
import { DEVICE_HELP, deviceNamed } from '../device-option.ts'
import { clash } from '../explanation.ts'
import { print, printJson, table } from '../output.ts'
import { kernelOf, problemOf, withProblem, type ProblemOptions } from '../problem-options.ts'

interface ExplainOptions extends ProblemOptions {
  readonly device: string
  readonly json?: boolean
}

export function addExplain(program: Command): void {
  withProblem(
    program
      .command('explain')
      .description(
        'size of the space and the best configurations under the cost model, or which rules clash and what would fit',
      )
      .requiredOption('--device <dev>', DEVICE_HELP),
  )
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  tilewright explain --device h100-sxm --cell lstm --head-dim 5000 --dtype bf16')
    .action(async (options: ExplainOptions) => {
      const problem = problemOf(options)
      const device = await deviceNamed(options.device)
      const id = kernelOf(options, problem, device)
      const space = spaceOf(id, problem, device)
      const number = count(space)
      if (number === 0n) return clash(id, problem, device, options)
      const ranked = best(space, 5)
      const algorithms = bestOfEach(space, id)
      if (options.json)
        return printJson({
          status: 'feasible',
          kernel: id,
          problem,
          device: device.name,
          count: number,
          best: ranked,
          ...(algorithms.length > 0 && { algorithms }),
        })
      print(
        `${kernelText(id)}, ${problemText(problem)} on ${device.name}: ${number} configurations; the best under the cost model (not measured):`,
      )
      print(
        rankedTable(ranked.map((each) => ({ ...each, algorithm: algorithmOf(space, id.kernel, each.configuration) }))),
      )
      if (algorithms.length === 0) return
      print('\nThe best of each algorithm:')
      print(rankedTable(algorithms))
    })
}

/** A configuration with its cost, and how it cuts the work where the family has a choice. */
interface Row extends Ranked {
  readonly algorithm?: string | undefined
}

/** The best configuration of each algorithm that has one, the cheapest first. */
function bestOfEach(space: Space, { kernel }: KernelId): readonly Row[] {
  return algorithmsOf(kernel)
    .flatMap((algorithm) => best(ofAlgorithm(space, kernel, algorithm), 1).map((each) => ({ algorithm, ...each })))
    .sort((one, other) => one.objective - other.objective)
}

function rankedTable(rows: readonly Row[]): string {
  const names = Object.keys(rows[0]!.configuration)
  const hasAlgorithm = rows[0]!.algorithm !== undefined
  return table(
    [...(hasAlgorithm ? ['algorithm'] : []), ...names, 'cost'],
    rows.map(({ algorithm, configuration, objective }) => [
      ...(hasAlgorithm ? [algorithm ?? ''] : []),
      ...names.map((name) => String(configuration[name])),
      String(objective),
    ]),
  )
}

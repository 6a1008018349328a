import { checkObjective, type Objective } from './language/model.ts'
import { expressionOf } from './language/parser.ts'
import { SpaceError } from './language/source.ts'
import { hashOf } from './hash.ts'
import { checked, configurationOf, type Configuration } from './operations.ts'
import { prepare } from './search/prepare.ts'
import { rank, type Ranking } from './search/ranking.ts'
import type { Space } from './search/space.ts'

export interface Ranked {
  readonly configuration: Configuration
  readonly objective: number
}

/**
 * What was proven: no configuration has a better objective than `bound`. `checkCertificate` proves it again, by other
 * means.
 */
export interface Certificate {
  readonly direction: Objective['direction']
  /** The objective's text. */
  readonly expression: string
  readonly objective: number
  readonly bound: number
  /** Values that were tried; everything else was ruled out by rules and bounds. */
  readonly nodes: number
  /** The parameters in the order in which they were tried. */
  readonly order: readonly string[]
  readonly configuration: Configuration
  /** Hash of the parameters, rules, objective and givens. */
  readonly rules: string
}

export type Optimum =
  | {
      readonly status: 'solved'
      readonly configuration: Configuration
      readonly objective: number
      readonly certificate: Certificate
    }
  | { readonly status: 'infeasible' }

/**
 * The `k` configurations with the best objective, best first; equal ones in lexicographic order of their values. Those
 * for which the objective has no value are left out. Throws `E_SPACE_FORMAT` when the space has no objective.
 */
export function best(space: Space, k: number): readonly Ranked[] {
  return answers(space, rank(prepare(space), objectiveOf(space), k))
}

/**
 * The best configuration under the space's objective, or under an expression to minimise, by branch and bound, with a
 * certificate that no other is better.
 */
export function minimise(space: Space, expression?: string): Optimum {
  const objective = expression === undefined ? objectiveOf(space) : readObjective(space, 'minimise', expression)
  const ranking = rank(prepare(space), objective, 1)
  const [winner] = answers(space, ranking)
  if (!winner) return { status: 'infeasible' }
  const certificate: Certificate = {
    direction: objective.direction,
    expression: objective.text,
    objective: winner.objective,
    bound: winner.objective,
    nodes: ranking.tried,
    order: ranking.order.map((index) => space.variables[index]!.name),
    configuration: winner.configuration,
    rules: rulesHash(space, objective),
  }
  return { status: 'solved', ...winner, certificate }
}

/** A hash of all that an optimum depends on. */
export function rulesHash(space: Space, objective: Objective): string {
  const { model, variables, rules, givens } = space
  const lets = model.lets.map(({ name, value }) => [name, value.at.source.text.slice(value.at.start, value.at.end)])
  return hashOf(
    JSON.stringify([
      variables,
      lets,
      rules.map(({ text }) => text),
      objective.direction,
      objective.text,
      Object.entries(givens).sort(),
    ]),
  )
}

/** The objective that a text is. Throws `SpaceError` for one that the space's names do not make sense of. */
export function readObjective(space: Space, direction: Objective['direction'], text: string): Objective {
  const value = expressionOf({ file: 'objective', text })
  checkObjective(space.model, value)
  return { direction, text, value }
}

function objectiveOf(space: Space): Objective {
  if (space.objective) return space.objective
  throw new SpaceError(
    'E_SPACE_FORMAT',
    `${space.model.file}: there is no objective; add a line such as minimise COST, or give an expression`,
  )
}

function answers(space: Space, { rows }: Ranking): readonly Ranked[] {
  return rows.map(({ row, objective }) => ({ configuration: checked(space, configurationOf(space, row)), objective }))
}

import type { Cell } from '@tilewright/cells'
import type { Plan } from './plan.ts'
import type { FamilyName, Pass, Problem, Target } from './problem.ts'

/** What one family knows how to do. All numbers that follow from a configuration come from the rule file's lets. */
export interface Family {
  readonly name: FamilyName
  /** Those that there are kernels of. */
  readonly passes: readonly Pass[]
  /** Ways to cut the work, of which a configuration is one: for each a rule in the words of the rule file. */
  readonly algorithms: Readonly<Record<string, string>>
  /** The givens of the rules that follow from problem and cell; the device's are added to them. */
  givens(problem: Problem, cell: Cell): Readonly<Record<string, number>>
  /** Name of the entry point and of the file. */
  entryPoint(problem: Problem, pass: Pass): string
  /** Names, beyond parameters and lets, that the template sees. */
  view(problem: Problem, cell: Cell, kernel: KernelKind, numberOf: NumberOf): TemplateView
  plan(problem: Problem, cell: Cell, kernel: KernelKind, numberOf: NumberOf): Plan
}

/** Which of a family's kernels. */
export interface KernelKind {
  readonly pass: Pass
  readonly target: Target
}

/** A parameter, given or let of the rule file by its name. */
export type NumberOf = (name: string) => number

/** What a template may be given: texts, numbers, booleans, lists of texts or of records of texts. */
export type TemplateView = Readonly<
  Record<string, string | number | boolean | readonly string[] | readonly Readonly<Record<string, string | number>>[]>
>

import type { Cell } from '@tilewright/cells'
import type { Plan } from './plan.ts'
import type { Dtype, FamilyName, Pass, Problem, Target } from './problem.ts'
import type { Random } from './random.ts'
import type { PassTensors, TensorSpec } from './tensor.ts'

/** All that is known of one family. Numbers that follow from a configuration come from the rule file's lets. */
export interface Family {
  readonly name: FamilyName
  /** The kind of cells that it computes. */
  readonly kind: Cell['kind']
  /** Those that there are kernels of. */
  readonly passes: readonly Pass[]
  /** What its WGSL kernels store; its CUDA kernels store every type. */
  readonly wgslDtypes: readonly Dtype[]
  /** Ways to cut the work, of which a configuration is one: for each a rule in the words of the rule file. */
  readonly algorithms: Readonly<Record<string, string>>
  /** Throws `E_PROBLEM` with one sentence for the first flag of a problem that the family cannot have. */
  check(problem: Problem): void
  /** Throws `E_KERNEL` where a kernel would call two things by one name because of a name in the cell. */
  checkNames(problem: Problem, kernel: KernelKind): void
  tensors(problem: Problem, pass: Pass): PassTensors
  /** The float64 oracle: every output of a pass on these inputs. */
  reference(problem: Problem, pass: Pass, inputs: Exact): Exact
  /** Gives a realistic value of each element of an input, when asked for them in their order. */
  drawer(problem: Problem, tensor: TensorSpec, random: Random): (index: number) => number
  /** Whether states are rounded to the problem's type from each step to the next; else they are float32. */
  readonly feedsBackStored: boolean
  /** How many roundings of float32 an output of a float32 kernel may be off. */
  roundings(problem: Problem, target: Target): number
  /** The givens of the rules that follow from the problem; the device's are added to them. */
  givens(problem: Problem): Readonly<Record<string, number>>
  /** Name of the entry point and of the file. */
  entryPoint(problem: Problem, pass: Pass): string
  /** All of a problem that a source depends on, in the words of `problemText`. */
  sourceText(problem: Problem): string
  /** Names, beyond parameters and lets, that the template sees. */
  view(problem: Problem, kernel: KernelKind, numberOf: NumberOf): TemplateView
  plan(problem: Problem, kernel: KernelKind, numberOf: NumberOf): Plan
}

/** Values of tensors by name, in float64. */
export type Exact = Readonly<Record<string, Float64Array>>

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

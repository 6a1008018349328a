import { generate, type Kernel } from '@tilewright/codegen'
import {
  isOverTime,
  tensorsOf,
  type Configuration,
  type KernelId,
  type Problem,
  type Tensors,
} from '@tilewright/kernels'
import type { Backend, Failure, Loaded } from './backend.ts'
import { compare, firstNotFinite, type Comparison } from './comparison.ts'
import { guarded, isFailure, type Bounds } from './guard.ts'
import { lengthened, shortened, type Oracle } from './oracle.ts'
import type { Protocol } from './protocol.ts'
import type { Trial } from './trial.ts'

/** Where candidates of one problem are compiled, checked and timed. */
export interface Bench {
  readonly id: KernelId
  /** The problem that is timed; the oracle's may have fewer steps. */
  readonly problem: Problem
  readonly backend: Backend
  readonly protocol: Protocol
  readonly oracle: Oracle
  /** Inputs of the problem, with the oracle's among them. */
  readonly inputs: Tensors
  readonly bounds: Bounds
}

export function benchOf(
  bench: Omit<Bench, 'inputs' | 'bounds'> & { readonly signal?: AbortSignal | undefined },
): Bench {
  const { signal, ...rest } = bench
  const bounds = { stepTimeoutMs: bench.protocol.stepTimeoutMs, signal }
  // Where nothing is timed nothing runs the whole problem, and its inputs may be large.
  const isTimed = bench.backend.evidence === 'measured'
  return { ...rest, inputs: isTimed ? lengthened(bench.oracle, bench.problem) : bench.oracle.inputs, bounds }
}

/** A configuration rendered for a bench: the kernel of the timed problem, and of the one whose outputs are compared. */
export interface Rendered {
  readonly kernel: Kernel
  readonly checking: Kernel
}

/** Compiled and ready to run. */
export interface Ready extends Rendered {
  readonly status: 'ready'
  readonly loaded: Loaded
}

export function rendered(bench: Bench, config: Configuration): Rendered {
  const { id, problem, oracle, backend } = bench
  const { device } = backend
  const kernel = generate({ ...id, problem, config, device })
  const checking = oracle.problem === problem ? kernel : generate({ ...id, problem: oracle.problem, config, device })
  return { kernel, checking }
}

/** Compiles. A kernel that cannot even be rendered is a failure like one that cannot be compiled. */
export async function loaded(bench: Bench, config: Configuration): Promise<Ready | Failure> {
  return guarded<Ready>(async () => {
    const both = rendered(bench, config)
    const answer = await bench.backend.load(both.kernel)
    return isFailure(answer) ? answer : { status: 'ready', ...both, loaded: answer }
  }, bench.bounds)
}

/** Runs the checking problem once and compares every output. */
export async function checked(bench: Bench, { loaded, checking }: Ready): Promise<Comparison | Failure> {
  const { oracle, bounds } = bench
  const ran = await guarded(() => loaded.run(checking.plan, oracle.inputs), bounds)
  return isFailure(ran) ? ran : compare(oracle, ran.outputs)
}

/**
 * Runs the timed problem once and compares what is known of it: the oracle's steps, or everything where the two problems
 * are one. The rest has to be finite.
 */
export async function checkedWhole(bench: Bench, { loaded, kernel }: Ready): Promise<Comparison | Failure> {
  const { oracle, problem, inputs, bounds } = bench
  const ran = await guarded(() => loaded.run(kernel.plan, inputs), bounds)
  if (isFailure(ran)) return ran
  if (problem.time === oracle.problem.time) return compare(oracle, ran.outputs)
  const message = firstNotFinite(tensorsOf(problem, oracle.pass).outputs, ran.outputs)
  if (message !== undefined) return { errors: [], reason: 'nan', message }
  const known = oracle.outputs.filter(isOverTime).map(({ name }) => name)
  return compare(oracle, shortened(oracle, problem, ran.outputs), known)
}

/** The fields of a trial that a failure gives. */
export function failed({ status, reason, message }: Failure): Pick<Trial, 'status' | 'reason' | 'message'> {
  return { status, reason, message }
}

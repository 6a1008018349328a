import type { Configuration, KernelId, Problem, Tensors } from '@tilewright/kernels'
import type { Backend, CompilerReport } from './backend.ts'
import { benchOf, checked, loaded } from './bench.ts'
import type { Comparison } from './comparison.ts'
import { released } from './guard.ts'
import { briefProblem, checkingProblem, oracleOf } from './oracle.ts'
import { protocolOf } from './protocol.ts'
import type { TrialStatus } from './trial.ts'

/** One configuration to be run and compared. */
export interface VerifyRequest {
  readonly id: KernelId
  readonly problem: Problem
  readonly backend: Backend
  readonly config: Configuration
  /** Rounded to the storage type already; sampled from the seed where left out. */
  readonly inputs?: Tensors | undefined
  /** Of some or all outputs; computed in float64 where left out. */
  readonly expected?: Readonly<Record<string, ArrayLike<number>>> | undefined
  readonly seed?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** How far the outputs of a configuration are from the reference. */
export interface Verification extends Pick<Comparison, 'errors' | 'first'> {
  /** `correct`, `correctness`, or how the run failed. */
  readonly status: TrialStatus
  readonly reason?: string
  readonly message?: string
  /** The problem that was run: fewer steps than asked for where no inputs were given and the reference would take long. */
  readonly problem: Problem
  /** Largest error allowed of any output, relative to the largest magnitude of its tensor. */
  readonly tolerance: number
  readonly compileMs?: number
  readonly report?: CompilerReport
}

/**
 * Compiles and runs one configuration and compares every output with the float64 reference. A kernel that fails is data;
 * throws `E_INPUTS` for tensors that are not the problem's, and the signal's reason when it aborts.
 *
 * @example
 * const { status, errors } = await verify({ id, problem, backend, config })
 */
export async function verify(request: VerifyRequest): Promise<Verification> {
  const { id, backend, config, inputs, expected, seed = 1, signal } = request
  const protocol = protocolOf(backend.device)
  const problem = inputs ? request.problem : brief(request, protocol.checkOperations)
  const oracle = oracleOf({ id, problem, seed, inputs, expected })
  const base = { problem, tolerance: Math.max(...Object.values(oracle.tolerances)), errors: [] }
  const bench = benchOf({ id, problem, backend, protocol, oracle, signal })
  const ready = await loaded(bench, config)
  if ('reason' in ready) return { ...base, ...ready }
  try {
    const { compileMs, report } = ready.loaded
    const known = { ...base, compileMs, ...(report ? { report } : {}) }
    const comparison = await checked(bench, ready)
    return { ...known, ...comparison, status: statusOf(comparison) }
  } finally {
    released(ready.loaded)
  }
}

function statusOf(comparison: Awaited<ReturnType<typeof checked>>): TrialStatus {
  if ('status' in comparison) return comparison.status
  return comparison.reason ? 'correctness' : 'correct'
}

function brief({ id, problem, backend, expected }: VerifyRequest, operations: number): Problem {
  if (expected) return problem
  return backend.evidence === 'compiled' ? briefProblem(id, problem) : checkingProblem(id, problem, operations)
}

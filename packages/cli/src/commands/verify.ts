import {
  configText,
  familyOf,
  passesOf,
  problemText,
  spaceOf,
  type Configuration,
  type Dtype,
  type KernelId,
  type Problem,
  type Tensors,
} from '@tilewright/kernels'
import { best } from '@tilewright/solver'
import { verify, type Backend } from '@tilewright/tuner'
import type { Command } from 'commander'
import { CONFIG_HELP, readConfig } from '../config-file.ts'
import { DEVICE_HELP, openBackend } from '../device-option.ts'
import { CommandError, EXIT, usage } from '../exit-code.ts'
import { clash } from '../explanation.ts'
import { print, printJson, progress, table } from '../output.ts'
import { familyNamed, kernelOf, passOf, problemOf, withProblem, type ProblemOptions } from '../problem-options.ts'
import { kernelInputs, readVectors, referenceErrors, type Vectors, type VectorFile } from '../vectors.ts'

// The reference is float64 as the vectors are; what is left is the order of its sums (vectors' README).
const REFERENCE_TOLERANCE = 1e-9

interface VerifyOptions extends ProblemOptions {
  readonly device: string
  readonly vectors?: string
  readonly config?: string
  readonly json?: boolean
}

/** One line of the report: one output or gradient of one kernel, or of the reference, on one problem. */
interface Row {
  readonly source: string
  readonly kernel: string
  readonly dtype: string
  readonly tensor: string
  /** Absent where nothing was computed that could be compared. */
  readonly relative?: number
  readonly allowed?: number
  readonly status: string
  /** What of the kernel was checked; absent for the reference. */
  readonly config?: Configuration
  readonly message?: string
}

export function addVerify(program: Command): void {
  withProblem(
    program
      .command('verify')
      .description(
        'run kernels and compare every output with the float64 reference, and the reference with golden vectors',
      )
      .requiredOption('--device <dev>', DEVICE_HELP),
  )
    .option(
      '--vectors <folder>',
      'golden vectors, such as packages/cells/data/vectors, of --cell or all; without it, random inputs of the problem',
    )
    .option('--config <file>', `${CONFIG_HELP}; without it, the best under the cost model`)
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  tilewright verify --device cuda-cpu --cell lstm --head-dim 64 --batch 3 --time 5 --dtype bf16\n  tilewright verify --device webgpu --cell mingru --head-dim 96 --config out/mingru_scan_forward_f32_d96.plan.json',
    )
    .action(async (options: VerifyOptions) => {
      const vectors = options.vectors === undefined ? undefined : vectorsFor(options.vectors, options)
      const backend = await openBackend(options.device)
      try {
        await report(backend, options, vectors)
      } finally {
        await backend.close()
      }
    })
}

// A file of golden vectors has a problem of its own: these choose among the files and what is made of each.
const BESIDE_VECTORS = ['device', 'vectors', 'cell', 'kernel', 'pass', 'dtype', 'json']

/** The golden vectors of a folder, those of one cell or family where one was asked for. */
function vectorsFor(folder: string, options: VerifyOptions): Vectors {
  const other = Object.keys(options).find((name) => !BESIDE_VECTORS.includes(name))
  if (other !== undefined) {
    const flag = `--${other.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    throw usage(`${flag}: golden vectors have problems of their own; leave ${flag} or --vectors out`)
  }
  return readVectors(folder, { cell: options.cell, kernel: familyNamed(options) })
}

async function report(backend: Backend, options: VerifyOptions, vectors: Vectors | undefined): Promise<void> {
  const rows = vectors ? await vectorRows(backend, vectors.files, options) : await problemRows(backend, options)
  const skipped = vectors?.skipped ?? []
  const unfit = rows.filter(({ status }) => status === 'infeasible')
  const failures = rows.filter(({ status }) => status !== 'correct' && status !== 'infeasible')
  const hasRun = rows.some(({ kernel, status }) => kernel !== 'reference' && status !== 'infeasible')
  if (options.json) {
    printJson({
      device: backend.name,
      fingerprint: backend.fingerprint,
      status: failures.length > 0 ? 'correctness' : hasRun ? 'correct' : 'infeasible',
      results: rows.map((row) => ({ ...row, ...(row.config && { configText: configText(row.config) }) })),
      skipped,
    })
  } else {
    print(
      table(['source', 'kernel', 'dtype', 'tensor', 'error', 'allowed', 'status', 'configuration'], rows.map(cells)),
    )
    for (const name of skipped) print(`skipped  ${name}: there is no such cell yet`)
  }
  for (const { source, message } of [...failures, ...unfit]) if (message) progress(`${source}: ${message}`)
  if (failures.length > 0)
    throw new CommandError(
      EXIT.failed,
      `${failures.length} of ${rows.length - unfit.length} comparisons failed on ${backend.name}`,
    )
  if (!hasRun)
    throw new CommandError(EXIT.infeasible, `not one of these kernels has a configuration on ${backend.name}`)
}

function cells({ source, kernel, dtype, tensor, relative, allowed, status, config }: Row): readonly string[] {
  const numbers = [relative, allowed].map((number) => number?.toExponential(1) ?? '-')
  return [source, kernel, dtype, tensor, ...numbers, status, config ? configText(config) : '']
}

async function vectorRows(
  backend: Backend,
  files: readonly VectorFile[],
  options: VerifyOptions,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const [index, file] of files.entries()) {
    progress(`${index + 1}/${files.length} ${file.name}`)
    for (const [tensor, relative] of Object.entries(referenceErrors(file)))
      rows.push({
        source: file.name,
        kernel: 'reference',
        dtype: 'f64',
        tensor,
        relative,
        allowed: REFERENCE_TOLERANCE,
        status: relative <= REFERENCE_TOLERANCE ? 'correct' : 'correctness',
      })
    const kernel = familyOf(file.problem.cell)
    const pass = passOf(options)
    for (const dtype of dtypesOf(backend, options))
      for (const each of pass ? [pass] : passesOf(kernel)) {
        const id: KernelId = { kernel, pass: each, target: backend.target }
        const problem = { ...file.problem, dtype }
        const config = bestConfig(backend, id, problem)
        rows.push(
          ...(config
            ? await kernelRows(backend, id, problem, config, {
                name: file.name,
                inputs: kernelInputs(file, each, dtype),
              })
            : [infeasibleRow(id, problem, file.name)]),
        )
      }
  }
  return rows
}

async function problemRows(backend: Backend, options: VerifyOptions): Promise<readonly Row[]> {
  const problem = problemOf(options)
  const id = kernelOf(options, problem, backend.device)
  const config =
    options.config === undefined
      ? (bestConfig(backend, id, problem) ?? clash(id, problem, backend.device, options))
      : readConfig(options.config, id, problem, backend.device)
  return kernelRows(backend, id, problem, config)
}

function bestConfig(backend: Backend, id: KernelId, problem: Problem): Configuration | undefined {
  return best(spaceOf(id, problem, backend.device), 1)[0]?.configuration
}

function infeasibleRow(id: KernelId, problem: Problem, source: string): Row {
  return {
    source,
    kernel: `${id.kernel} ${id.pass}`,
    dtype: problem.dtype,
    tensor: '-',
    status: 'infeasible',
    message: `no configuration of ${id.kernel} ${id.pass} fits ${problemText(problem)}; tilewright explain says why`,
  }
}

/** Every storage type that the target's kernels have, unless one was asked for. */
function dtypesOf(backend: Backend, options: VerifyOptions): readonly Dtype[] {
  if (options.dtype !== undefined) return [problemOf({ ...options, cell: 'lstm' }).dtype]
  return backend.target === 'cuda' ? ['f32', 'bf16', 'f16'] : ['f32']
}

/** A configuration, run once: on the inputs of a file, or on random ones of the problem that is checked. */
async function kernelRows(
  backend: Backend,
  id: KernelId,
  problem: Problem,
  config: Configuration,
  file?: { readonly name: string; readonly inputs: Tensors },
): Promise<readonly Row[]> {
  const base = {
    source: file?.name ?? problemText(problem),
    kernel: `${id.kernel} ${id.pass}`,
    dtype: problem.dtype,
    config,
  }
  const { status, reason, errors, message, ...verified } = await verify({
    id,
    problem,
    backend,
    config,
    inputs: file?.inputs,
  })
  // What was compiled for a CUDA GPU needs g++ as well to run.
  if (reason === 'no-compiler') throw new CommandError(EXIT.missing, `${backend.name}: ${message}`)
  if (errors.length === 0) return [{ ...base, tensor: '-', status, ...(message && { message }) }]
  return errors.map(({ output, relative, allowed }) => ({
    ...base,
    source: file?.name ?? problemText(verified.problem),
    tensor: output,
    relative,
    allowed,
    status: relative <= allowed ? 'correct' : 'correctness',
    ...(message && { message }),
  }))
}

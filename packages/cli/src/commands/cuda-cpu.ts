import { basename } from 'node:path'
import {
  buildModule,
  checkLaunches,
  compile,
  countsOf,
  countsText,
  findToolchain,
  runWork,
  type Compiled,
  type Contents,
  type CpuModule,
  type EntryReport,
  type Work,
  type Program,
  type Toolchain,
} from '@tilewright/backend-cuda'
import type { CudaDevice } from '@tilewright/devices'
import type { Failure } from '@tilewright/tuner'
import type { Command } from 'commander'
import { readCudaSource, type CudaSource } from '../cuda-source.ts'
import { modelNamed } from '../device-option.ts'
import { CommandError, EXIT, usage } from '../exit-code.ts'
import { outputsOf, outputText, type Output } from '../work-output.ts'
import { contentsOf, workOfLaunch, readLaunchFile } from '../launch-file.ts'
import { makeFolder, print, printJson, progress, table, writeFiles } from '../output.ts'
import { countOf, millisecondsOf } from '../option-value.ts'

interface CudaCpuOptions {
  readonly launch: string
  readonly device: string
  readonly orders: string
  readonly watch: boolean
  readonly counts?: boolean
  readonly define?: readonly string[]
  readonly include?: readonly string[]
  readonly timeout: string
  readonly out?: string
  readonly json?: boolean
}

/** One run of the launches under one order of blocks and threads. */
interface Run {
  readonly order: number
  readonly ms: number
  readonly result: { readonly status: 'ran'; readonly outputs: Contents } | Failure
}

const HELP = `
The launch file is a plan, such as generate writes, or one of your own:
  {
    "buffers": [
      { "name": "x", "role": "input",  "dtype": "f32", "shape": [100], "values": { "random": 1 } },
      { "name": "y", "role": "output", "dtype": "f32", "shape": [100] }
    ],
    "dispatches": [
      { "entryPoint": "scale", "grid": [1], "block": [128], "arguments": ["x", "y", 2.5, 100] }
    ]
  }
Roles are input, output, inout, scratch and zeroed (zeros at the start; scratch and outputs hold nothing); values are one
number, all numbers, { "random": SEED, "low": -1, "high": 1 } or { "file": "x.bin" }. A dispatch may have sharedBytes and
cooperative.

Examples:
  tilewright cuda-cpu scale.cu --launch scale.json
  tilewright cuda-cpu lstm.cu --launch lstm.plan.json --orders 8 --device h100-sxm`

export function addCudaCpu(program: Command): void {
  program
    .command('cuda-cpu <source.cu>')
    .description('compile a CUDA kernel of your own, run its PTX on the CPU and check every access')
    .requiredOption('--launch <file>', 'what to allocate and to launch, as JSON')
    .option('--device <dev>', 'the GPU that it is for: its architecture is compiled, its limits hold', 'sm_80')
    .option('--orders <count>', 'orders of blocks and threads to run it in', '3')
    .option('--no-watch', 'look for no races and unwritten values; faster')
    .option('--counts', 'what the PTX does, in each loop: products, bytes loaded and stored, barriers, atomics')
    .option('--define <macro...>', 'for the compiler, such as SIZE=64')
    .option('--include <folder...>', 'where to look for headers, after the folder of the source')
    .option('--timeout <duration>', 'for one run, such as 10s', '60s')
    .option('-o, --out <folder>', 'write each output as NAME.bin: its elements, little endian')
    .option('--json', 'one JSON document')
    .addHelpText('after', HELP)
    .action(run)
}

async function run(path: string, options: CudaCpuOptions): Promise<void> {
  const launch = readLaunchFile(options.launch)
  const source = readCudaSource(path, options)
  const orders = countOf('--orders', options.orders)
  const timeoutMs = millisecondsOf('--timeout', options.timeout)
  const device = cudaModel(options.device)
  const { toolchain, cxx } = await tools()
  const compiled = await compileSource(path, source, toolchain, device)
  const module = await moduleOf(path, compiled, cxx)
  const work = workOfLaunch(launch, module.kernels, options.launch)
  const contents = contentsOf(launch, options.launch)
  const refused = checkLaunches(work.launches, device, compiled.reports)
  const runs = refused ? [] : await runsOf({ module, work, contents, orders, watched: options.watch, timeoutMs })
  const failure = refused ?? failureOf(runs)
  const outputs = failure ? [] : outputsOf(launch, outcomesOf(runs))
  const files = options.out === undefined ? [] : await writeOutputs(options.out, outputs)
  if (options.json)
    printJson({
      source: path,
      architecture: device.architecture,
      status: failure?.status ?? 'ran',
      ...(failure && { reason: failure.reason, message: failure.message }),
      watched: options.watch,
      reports: compiled.reports,
      ...(options.counts && { counts: countsOf(compiled.ptx) }),
      runs: runs.map(({ order, ms, result }) => ({ order, ms: Math.round(ms), status: result.status })),
      outputs: outputs.map(documentOf),
      files,
    })
  else {
    printReports(path, device, work, compiled.reports)
    if (options.counts) print(`\n${countsText(countsOf(compiled.ptx)).trimEnd()}\n`)
    printRuns(runs, options.watch)
    for (const output of outputs) print(outputText(output))
    for (const file of files) print(`  ${file}`)
  }
  if (failure) throw new CommandError(EXIT.failed, failureText(failure, path, source))
}

function cudaModel(name: string): CudaDevice {
  const device = modelNamed(name)
  if (device.api === 'cuda') return device
  throw usage(`--device: ${name} is no CUDA device; name an architecture (sm_90) or a model (h100-sxm)`)
}

async function tools(): Promise<{ readonly toolchain: Toolchain; readonly cxx: Program }> {
  const toolchain = await findToolchain()
  if (toolchain.status === 'missing') throw new CommandError(EXIT.missing, toolchain.message)
  const { cxx } = toolchain
  if (cxx.status === 'missing') throw new CommandError(EXIT.missing, cxx.message)
  return { toolchain, cxx }
}

async function compileSource(
  path: string,
  { text, ...more }: CudaSource,
  toolchain: Toolchain,
  { architecture }: CudaDevice,
): Promise<Compiled> {
  const compiled = await compile(text, { ...more, toolchain, architecture, name: basename(path, '.cu') })
  if (compiled.status === 'compiled') {
    if (compiled.warnings !== '') progress(compiled.warnings)
    return compiled
  }
  throw new CommandError(
    compiled.status === 'compile' ? EXIT.usage : EXIT.failed,
    `${path}: does not compile for ${architecture}:\n${compiled.message}`,
  )
}

async function moduleOf(path: string, compiled: Compiled, cxx: Program): Promise<CpuModule> {
  const module = await buildModule(compiled.ptx, { cxx, name: basename(path) })
  if (module.status === 'built') return module
  throw new CommandError(EXIT.failed, module.message)
}

/** The runs in the given number of orders, or up to the first that fails. */
async function runsOf(wanted: {
  readonly module: CpuModule
  readonly work: Work
  readonly contents: Contents
  readonly orders: number
  readonly watched: boolean
  readonly timeoutMs: number
}): Promise<readonly Run[]> {
  const { module, work, contents, orders, watched, timeoutMs } = wanted
  const runs: Run[] = []
  for (let order = 0; order < orders; order++) {
    const began = performance.now()
    const result = await runWork(module, work, contents, { seed: order, watched, timeoutMs })
    runs.push({ order, ms: performance.now() - began, result })
    if (result.status !== 'ran') break
  }
  return runs
}

function outcomesOf(runs: readonly Run[]): readonly Contents[] {
  return runs.flatMap(({ result }) => (result.status === 'ran' ? [result.outputs] : []))
}

function failureOf(runs: readonly Run[]): Failure | undefined {
  const result = runs.at(-1)?.result
  return result === undefined || result.status === 'ran' ? undefined : result
}

function documentOf({ name, dtype, shape, first, least, most, unwritten, unstable }: Output): Omit<Output, 'bytes'> {
  return { name, dtype, shape, first, least, most, unwritten, unstable }
}

async function writeOutputs(folder: string, outputs: readonly Output[]): Promise<readonly string[]> {
  await makeFolder(folder)
  return writeFiles(folder, Object.fromEntries(outputs.map(({ name, bytes }) => [`${name}.bin`, bytes])))
}

function printReports(
  path: string,
  { architecture }: CudaDevice,
  { launches }: Work,
  reports: Readonly<Record<string, EntryReport>>,
): void {
  const launched = [...new Set(launches.map(({ entryPoint }) => entryPoint))].filter((name) => name in reports)
  const rows = launched.map((name) => {
    const { registers, spillBytes, stackBytes, sharedBytes, barriers } = reports[name]!
    return [name, registers, spillBytes, stackBytes, sharedBytes, barriers].map(String)
  })
  print(`${basename(path)} for ${architecture}`)
  print(table(['kernel', 'registers', 'spilled bytes', 'stack bytes', 'static shared bytes', 'barriers'], rows))
}

function printRuns(runs: readonly Run[], watched: boolean): void {
  for (const { order, ms, result } of runs)
    print(`order ${order}  ${result.status === 'ran' ? 'ran' : result.reason}, ${ms.toFixed(0)} ms`)
  if (failureOf(runs) === undefined && runs.length > 0)
    print(watched ? 'every access was watched: nothing found' : 'accesses were not watched')
}

/** The message, and under it the lines of the source that it names. */
function failureText({ reason, message }: Failure, path: string, { text }: CudaSource): string {
  const name = basename(path)
  const numbers = [...message.matchAll(/([\w.-]+):(\d+) \(/g)].filter(([, file]) => file === name)
  const lines = text.split('\n')
  const shown = [...new Set(numbers.map(([, , line]) => Number(line)))].flatMap((line) =>
    lines[line - 1] === undefined ? [] : [`${String(line).padStart(6)} | ${lines[line - 1]}`],
  )
  return [`${reason}: ${message}`, ...shown].join('\n')
}

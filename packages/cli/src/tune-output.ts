import { existsSync } from 'node:fs'
import { access, constants, readFile, rename } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { templateHash, VERSION } from '@tilewright/codegen'
import { rulesHash, type Problem } from '@tilewright/kernels'
import { shelfOf, type Preset, type PresetFile } from '@tilewright/presets'
import { writePresetFile } from '@tilewright/presets/store'
import { readLog, type Backend, type CompilerReport, type LogHeader, type Tuned } from '@tilewright/tuner'
import { kernelFiles } from './kernel-files.ts'
import { makeFolder, writeFiles } from './output.ts'

/** Where the files of one device go: `out/nvidia/sm_90/h100-sxm`. Throws what the disk says when it cannot be written. */
export async function outputFolder(root: string, backend: Backend): Promise<string> {
  const { vendor, architecture, device } = shelfOf(backend.device)
  const folder = join(root, vendor, architecture, device)
  await makeFolder(resolve(folder))
  await access(folder, constants.W_OK)
  return folder
}

/** The trial log of a run. A log of an earlier run is kept as `.old` unless this one goes on with it. */
export async function logPath(folder: string, stem: string, resume: boolean): Promise<string> {
  const path = join(folder, `${stem}.trials.jsonl`)
  if (!resume && existsSync(path)) await rename(path, `${path}.old`)
  return path
}

/** How the run of a log began; nothing where there is no log yet. */
export async function loggedHeader(path: string): Promise<LogHeader | undefined> {
  return existsSync(path) ? readLog(await readFile(path, 'utf8'), path)?.header : undefined
}

/** Writes the winner: its source, its plan, and its preset among those of the device. */
export async function writeTuned(
  root: string,
  folder: string,
  tuned: Tuned,
  backend: Backend,
): Promise<readonly string[]> {
  const sources = await writeFiles(folder, kernelFiles(tuned.kernel))
  return [...sources, writePresetFile(root, presetFileOf(tuned, backend))]
}

function presetFileOf(tuned: Tuned, backend: Backend): PresetFile {
  const { kernel, pass, target, problem } = tuned.kernel
  return {
    schemaVersion: 1,
    ...shelfOf(backend.device),
    kernel,
    pass,
    target,
    presets: [presetOf(tuned, problem, backend)],
  }
}

function presetOf(tuned: Tuned, problem: Problem, backend: Backend): Preset {
  const compiler = backend.fingerprint['nvcc']
  const provenance = {
    tool: `tilewright ${VERSION}`,
    rulesSha256: rulesHash(tuned.kernel),
    templateSha256: templateHash(tuned.kernel),
    ...(compiler !== undefined && { compiler: `nvcc ${compiler}` }),
    date: new Date().toISOString().slice(0, 10),
    fingerprint: backend.fingerprint,
  }
  const { config, error, measurement, trial } = tuned
  const shared = { problem, config, provenance, error, ...(trial.report && { compiler: compilerOf(trial.report) }) }
  return measurement ? { ...shared, evidence: 'measured', measurement } : { ...shared, evidence: 'compiled' }
}

/** The fields that a preset keeps of a compiler's report. */
function compilerOf({ architecture, registers, spillBytes, stackBytes, sharedBytes }: CompilerReport): CompilerReport {
  return { architecture, registers, spillBytes, stackBytes, sharedBytes }
}

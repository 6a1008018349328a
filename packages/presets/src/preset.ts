import type { Configuration, KernelId, Problem } from '@tilewright/kernels'

/** All presets of one kernel on one device, as `tuned/<vendor>/<architecture>/<device>/<kernel>.json` holds them. */
export interface PresetFile extends KernelId {
  readonly schemaVersion: 1
  readonly vendor: string
  readonly architecture: string
  /** Normalised name of the device. */
  readonly device: string
  readonly presets: readonly Preset[]
}

/** A configuration with its evidence. What it may state depends on it: no number stands here that was not measured. */
export type Preset = ModelPreset | CompiledPreset | MeasuredPreset

export type Evidence = Preset['evidence']

/** The solver's optimum under the cost model; nothing was compiled or run. */
export interface ModelPreset extends PresetBase {
  readonly evidence: 'model'
}

/** The compiler's registers and spills agree with the rules; perhaps run on a CPU, which gives an error but no time. */
export interface CompiledPreset extends PresetBase {
  readonly evidence: 'compiled'
  readonly compiler?: CompilerReport
  readonly error?: ReferenceError
}

/** Timed on the device, and its output checked. */
export interface MeasuredPreset extends PresetBase {
  readonly evidence: 'measured'
  readonly compiler?: CompilerReport
  readonly measurement: Measurement
  readonly error: ReferenceError
}

interface PresetBase {
  readonly problem: Problem
  readonly config: Configuration
  readonly provenance: Provenance
}

/** What `ptxas -v` says of the kernel; of WGSL no compiler says anything. `sharedBytes` is static memory of a block. */
export interface CompilerReport {
  readonly architecture: string
  readonly registers: number
  readonly spillBytes: number
  readonly stackBytes: number
  readonly sharedBytes: number
}

/** Durations of single executions of the whole plan. */
export interface Measurement {
  readonly medianNs: number
  readonly lowerQuartileNs: number
  readonly upperQuartileNs: number
  readonly leastNs: number
  readonly runs: number
  readonly clock: 'timestamp-query' | 'cuda-event' | 'wall'
}

/** The output that is furthest from the float64 reference: its largest error over its largest magnitude. */
export interface ReferenceError {
  readonly output: string
  readonly relative: number
  readonly allowed: number
}

/** Where a preset comes from. Hashes are SHA-256 in hex; the fingerprint of a model is empty. */
export interface Provenance {
  /** Name and version: `tilewright 0.1.0`. */
  readonly tool: string
  readonly rulesSha256: string
  /** Of the template with its partials. */
  readonly templateSha256: string
  readonly compiler?: string
  /** `2026-11-23` */
  readonly date?: string
  /** Adapter, driver and their versions. */
  readonly fingerprint: Readonly<Record<string, string>>
}

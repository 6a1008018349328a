import { z } from 'zod'
import type { Preset, PresetFile } from './preset.ts'

// The one place where the format is checked: `tuned/schema.json` is made from it, and the annotations of `preset` and
// `presetFile` hold it together with the types.

/** Raised when a reader of the format would misread a file: version 1 is the first. */
const SCHEMA_VERSION = 1

const count = z.int().min(1)
const parameterName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'has to be a name such as WARPS_K')
const plainName = z.string().regex(/^[a-z0-9][a-z0-9_.-]*$/, 'has to be a name such as h100-sxm')
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'has to be a SHA-256 in 64 hexadecimal digits')
const nanoseconds = z.number().positive()

const problem = z.strictObject({
  cell: plainName,
  dtype: z.enum(['f32', 'bf16', 'f16']),
  batch: count,
  time: count.describe('steps of the recurrence'),
  heads: count,
  headDim: count,
  layout: z.exactOptional(z.enum(['btd', 'tbd', 'bdt'])).describe("of a scan's tensors over time; btd if absent"),
  packed: z.exactOptional(z.array(z.string().min(1)).min(1)).describe('inputs of a scan, side by side in one tensor'),
  resets: z.exactOptional(z.boolean()).describe('steps of a scan may forget the state'),
  checkpoint: z.exactOptional(count).describe('steps of a scan between states that are kept'),
  cuSeqlens: z.exactOptional(z.boolean()).describe('sequences of a scan have lengths of their own'),
})

const config = z
  .record(parameterName, z.int())
  .refine((parameters) => Object.keys(parameters).length > 0, 'has no parameters')
  .describe('a value for each parameter of the kernel')

/** What `ptxas -v` says of the kernel; of WGSL no compiler says anything. */
const compilerReport = z.strictObject({
  architecture: plainName,
  registers: z.int().min(0).describe('per thread'),
  spillBytes: z.int().min(0),
  stackBytes: z.int().min(0),
  sharedBytes: z.int().min(0).describe('static shared memory of a block'),
})

const measurement = z
  .strictObject({
    medianNs: nanoseconds,
    lowerQuartileNs: nanoseconds,
    upperQuartileNs: nanoseconds,
    leastNs: nanoseconds,
    runs: count,
    clock: z.enum(['timestamp-query', 'cuda-event', 'wall']),
  })
  .describe('durations of single executions of the whole plan')
  .refine(
    (m) => m.leastNs <= m.lowerQuartileNs && m.lowerQuartileNs <= m.medianNs && m.medianNs <= m.upperQuartileNs,
    'has quartiles that are out of order',
  )

const referenceError = z
  .strictObject({
    output: z.string().min(1).describe('the output that is furthest off'),
    relative: z.number().min(0).describe("largest error over the output's largest magnitude"),
    allowed: z.number().positive(),
  })
  .describe('against the float64 reference')
  .refine((error) => error.relative <= error.allowed, 'is larger than it may be')

const provenance = z.strictObject({
  tool: z.string().min(1).describe('name and version, such as tilewright 0.1.0'),
  rulesSha256: sha256.describe('of the rule file'),
  templateSha256: sha256.describe('of the template with its partials'),
  compiler: z.exactOptional(z.string().min(1)).describe('such as nvcc 13.0.88'),
  date: z.exactOptional(z.iso.date()),
  fingerprint: z.record(z.string(), z.string()).describe('adapter, driver and their versions; empty for a model'),
})

const shared = { problem, config, provenance }

// What a preset may state depends on its evidence, so that no number stands in a file that was not measured.
const preset: z.ZodType<Preset> = z.discriminatedUnion('evidence', [
  z.strictObject({ evidence: z.literal('model'), ...shared }),
  z.strictObject({
    evidence: z.literal('compiled'),
    ...shared,
    compiler: z.exactOptional(compilerReport),
    error: z.exactOptional(referenceError),
  }),
  z.strictObject({
    evidence: z.literal('measured'),
    ...shared,
    compiler: z.exactOptional(compilerReport),
    measurement,
    error: referenceError,
  }),
])

/** A file of presets: one kernel on one device. */
export const presetFile: z.ZodType<PresetFile> = z
  .strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    vendor: plainName,
    architecture: plainName,
    device: plainName,
    kernel: z.enum(['recurrent-fused', 'scan']),
    pass: z.enum(['forward', 'backward']),
    target: z.enum(['cuda', 'wgsl']),
    presets: z.array(preset),
  })
  .meta({
    title: 'tilewright presets',
    description: 'Configurations of one kernel on one device, with their evidence.',
  })

/** The JSON Schema of a preset file, which `tuned/schema.json` holds. It cannot say that quartiles are in order. */
export function presetFileSchema(): unknown {
  return z.toJSONSchema(presetFile)
}

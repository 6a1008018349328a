import type { MeasuredPreset, ModelPreset, PresetFile } from '../src/preset.ts'

// Values for tests of the format. They are no presets: nobody measured them.

export const MODEL: ModelPreset = {
  evidence: 'model',
  problem: { cell: 'lstm', dtype: 'bf16', batch: 16, time: 1024, heads: 1, headDim: 768 },
  config: { WARPS_K: 4, ROW_TILES: 8 },
  provenance: {
    tool: 'tilewright 0.1.0',
    rulesSha256: 'a'.repeat(64),
    templateSha256: 'b'.repeat(64),
    fingerprint: {},
  },
}

export const MEASURED: MeasuredPreset = {
  ...MODEL,
  evidence: 'measured',
  compiler: { architecture: 'sm_90', registers: 168, spillBytes: 0, stackBytes: 0, sharedBytes: 0 },
  measurement: {
    medianNs: 2000.5,
    lowerQuartileNs: 1990,
    upperQuartileNs: 2100,
    leastNs: 1980,
    runs: 100,
    clock: 'cuda-event',
  },
  error: { output: 'states', relative: 0.001, allowed: 0.004 },
  provenance: { ...MODEL.provenance, compiler: 'nvcc 13.0.88', date: '2026-11-23', fingerprint: { driver: '580.1' } },
}

export const FILE: PresetFile = {
  schemaVersion: 1,
  vendor: 'nvidia',
  architecture: 'sm_90',
  device: 'h100-sxm',
  kernel: 'recurrent-fused',
  pass: 'forward',
  target: 'cuda',
  presets: [MODEL],
}

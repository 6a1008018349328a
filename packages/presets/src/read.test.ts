import { describe, expect, test } from 'vitest'
import { FILE, MEASURED, MODEL } from '../test/samples.ts'
import { PresetError } from './errors.ts'
import { problemKey, readPresetFile } from './read.ts'

const withPreset = (preset: unknown): unknown => ({ ...FILE, presets: [preset] })

describe('readPresetFile', () => {
  test.each([
    ['a model', MODEL],
    ['a compiled one', { ...MODEL, evidence: 'compiled', compiler: MEASURED.compiler }],
    ['one that was compiled and run on the CPU', { ...MODEL, evidence: 'compiled', error: MEASURED.error }],
    ['a measured one', MEASURED],
  ])('reads %s back as it was written', (_, preset) => {
    const file = withPreset(preset)
    expect(readPresetFile(JSON.parse(JSON.stringify(file)), 'f.json')).toEqual(file)
  })

  test.each<[unknown, string]>([
    [null, 'f.json: null; it has to be an object'],
    [{ ...FILE, schemaVersion: 2 }, 'f.json: schemaVersion is 2; it has to be 1'],
    [{ ...FILE, device: 'H100 SXM' }, 'f.json: device is "H100 SXM"; it has to be a name such as h100-sxm'],
    [{ ...FILE, device: '../h100' }, 'f.json: device is "../h100"; it has to be a name such as h100-sxm'],
    [{ ...FILE, pass: 'both' }, 'f.json: pass is "both"; it has to be "forward" or "backward"'],
    [{ ...FILE, notes: '' }, 'f.json: notes is not a field of the format; remove it'],
    [{ ...FILE, presets: {} }, 'f.json: presets is {}; it has to be a list'],
    [withPreset({ ...MODEL, config: {} }), 'f.json: presets[0].config is {}; it has no parameters'],
    [
      withPreset({ ...MODEL, config: { WARPS_K: 1.5 } }),
      'f.json: presets[0].config.WARPS_K is 1.5; it has to be an integer',
    ],
    [
      withPreset({ ...MODEL, config: { warps: 1 } }),
      'f.json: presets[0].config.warps is 1; it has to be a name such as WARPS_K',
    ],
    [
      withPreset({ ...MODEL, problem: { ...MODEL.problem, headDim: 0 } }),
      'f.json: presets[0].problem.headDim is 0; it has to be at least 1',
    ],
    [
      withPreset({ ...MODEL, evidence: 'guess' }),
      'f.json: presets[0].evidence is "guess"; it has to be one of the kinds of evidence, "model", "compiled" or "measured"',
    ],
    [
      withPreset({ ...MODEL, measurement: MEASURED.measurement }),
      'f.json: presets[0].measurement is not a field of the format; remove it',
    ],
    [
      withPreset({ ...MEASURED, measurement: undefined }),
      'f.json: presets[0].measurement is missing; it has to be an object',
    ],
    [
      withPreset({ ...MEASURED, measurement: { ...MEASURED.measurement, medianNs: 3000 } }),
      'f.json: presets[0].measurement is {"medianNs":3000,"lowerQuartileNs":1990,"upperQuartileNs"...; it has quartiles that are out of order',
    ],
    [
      withPreset({ ...MEASURED, measurement: { ...MEASURED.measurement, leastNs: 0 } }),
      'f.json: presets[0].measurement.leastNs is 0; it has to be above 0',
    ],
    [
      withPreset({ ...MEASURED, error: { ...MEASURED.error, relative: 0.005 } }),
      'f.json: presets[0].error is {"output":"states","relative":0.005,"allowed":0.004}; it is larger than it may be',
    ],
    [
      withPreset({ ...MODEL, provenance: { ...MODEL.provenance, date: '23.11.2026' } }),
      'f.json: presets[0].provenance.date is "23.11.2026"; it has to be a date such as "2026-11-23"',
    ],
    [
      withPreset({ ...MODEL, provenance: { ...MODEL.provenance, rulesSha256: 'abc' } }),
      'f.json: presets[0].provenance.rulesSha256 is "abc"; it has to be a SHA-256 in 64 hexadecimal digits',
    ],
    [
      { ...FILE, vendor: '', kernel: 'gemm' },
      'f.json: vendor is ""; it has to be a name such as h100-sxm (and 1 more)',
    ],
    [{ ...FILE, presets: [MODEL, MEASURED] }, 'f.json: presets[1].problem is that of presets[0] too; keep one of them'],
  ])('refuses what is wrong: %#', (json, message) => {
    expect(() => readPresetFile(json, 'f.json')).toThrow(new PresetError(message))
  })
})

test('problemKey orders sizes as numbers', () => {
  const key = (batch: number): string => problemKey({ ...MODEL.problem, batch })
  expect(key(9) < key(10)).toBe(true)
})

import type { Device } from '@tilewright/devices'
import { spaceOf, type Configuration, type Pass } from '@tilewright/kernels'
import { all } from '@tilewright/solver'
import { kernelId, problemOf, SEED, type Case } from './kernels.ts'

// Sizes that no tile divides; what lies in series is whole vectors.
const BASE = { cell: 'mingru', dtype: 'f32', batch: 3, time: 301, heads: 1, headDim: 100 } as const
const SERIES = { layout: 'bdt', time: 300 } as const
const PACKED = ['hidden', 'gate']

/** A scan in every layout, with packed inputs, with resets and with sequences of lengths of their own. */
const SCANS: Readonly<Record<string, Omit<Case, 'pass'>>> = {
  'rows btd': BASE,
  'rows tbd': { ...BASE, layout: 'tbd' },
  'a series': { ...BASE, ...SERIES },
  'packed rows btd': { ...BASE, packed: PACKED },
  'packed rows tbd': { ...BASE, packed: PACKED, layout: 'tbd' },
  'a packed series': { ...BASE, ...SERIES, packed: PACKED },
  'rows btd with resets': { ...BASE, resets: true },
  'rows tbd with resets': { ...BASE, resets: true, layout: 'tbd' },
  'a series with resets': { ...BASE, ...SERIES, resets: true },
  'rows with lengths': { ...BASE, cuSeqlens: true },
  'packed rows with lengths and resets': { ...BASE, cuSeqlens: true, resets: true, packed: PACKED },
  'rows with an output of their own': { ...BASE, cell: 'sru' },
  'a series with an output of its own': { ...BASE, ...SERIES, cell: 'sru' },
}

export const scanCases: readonly { readonly what: string; readonly problem: Case & { readonly pass: Pass } }[] =
  Object.entries(SCANS).flatMap(([what, problem]) =>
    (['forward', 'backward'] as const).map((pass) => ({ what, problem: { ...problem, pass } })),
  )

/** How a scan goes through time. */
export const ALGORITHMS: Readonly<Record<string, (config: Configuration) => boolean>> = {
  serial: ({ TIME_LANES, PARTS }) => TIME_LANES === 1 && PARTS === 1,
  block: ({ TIME_LANES, PARTS }) => TIME_LANES! > 1 && PARTS === 1,
  'serial parts': ({ TIME_LANES, PARTS }) => TIME_LANES === 1 && PARTS! > 1,
  'block parts': ({ TIME_LANES, PARTS }) => TIME_LANES! > 1 && PARTS! > 1,
}

/** Up to `count` configurations that a WebGPU device allows and `isWanted` takes, spread over all such. */
export function wgslConfigurations(
  problem: Case,
  device: Device,
  isWanted: (config: Configuration) => boolean,
  count: number,
): readonly Configuration[] {
  const { names, columns, length } = all(spaceOf(kernelId(problem, 'wgsl'), problemOf(problem), device))
  const wanted = Array.from({ length }, (_, row) =>
    Object.fromEntries(names.map((name, i) => [name, columns[i]![row]!])),
  ).filter(isWanted)
  if (wanted.length === 0) throw new Error(`no configuration of ${JSON.stringify(problem)} is as wanted`)
  const stride = Math.max(1, Math.floor(wanted.length / count))
  return wanted.filter((_, row) => row % stride === SEED % stride).slice(0, count)
}

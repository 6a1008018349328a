import { device as deviceOf } from '@tilewright/devices'
import type { Device } from '@tilewright/devices'
import { rulesHash } from '@tilewright/kernels'
import type { Configuration, KernelId, Problem } from '@tilewright/kernels'
import { distance, isSameSource } from './likeness.ts'
import { architectureReason, exactReason, infeasibleReason, nearestReason, solvedReason } from './messages.ts'
import type { Passed } from './messages.ts'
import { shelfOf } from './path.ts'
import type { Evidence, Preset, PresetFile } from './preset.ts'
import { publishedPresets } from './published.ts'
import { solveModel } from './solve-model.ts'
import type { Explanation, ModelOptimum } from './solve-model.ts'
import { inDeclarationOrder, validatePreset } from './validate.ts'

export interface PresetQuery extends KernelId {
  /** A name of the catalogue, or the device itself: what is present goes before what is tabled. */
  readonly device: Device | string
  readonly problem: Problem
}

/** `exact`: of this problem on this device; `nearest`: of a problem like it; `architecture`: of another device. */
export type FoundBy = 'exact' | 'nearest' | 'architecture' | 'solved'

export type PresetAnswer =
  | {
      readonly status: 'found'
      readonly found: FoundBy
      /** In declaration order. */
      readonly config: Configuration
      /** What holds for the problem that was asked for; a duration of another problem or device does not. */
      readonly evidence: Evidence
      /** One sentence: what was chosen, and why. */
      readonly reason: string
      /** As the file has it, with its own problem and evidence; absent where it was solved. */
      readonly preset?: Preset
    }
  | { readonly status: 'infeasible'; readonly reason: string; readonly explanation: Explanation }

/**
 * A legal configuration for the query, from the first that has one: a preset of exactly this problem, of the nearest
 * problem in its class on the device, of another device of the architecture, the cost model's optimum. The second and
 * third have to be within 1.2 times of that optimum by the model. Infeasible is data; throws `E_DEVICE`, `E_PRESET` or
 * what `spaceOf` throws for a query that makes no sense.
 *
 * @example
 * const answer = findPreset({ device: 'h100-sxm', kernel: 'scan', pass: 'forward', target: 'cuda', problem })
 * if (answer.status === 'found') console.log(answer.reason, answer.config)
 */
export function findPreset(query: PresetQuery, files: readonly PresetFile[] = publishedPresets()): PresetAnswer {
  const { problem } = query
  const device = typeof query.device === 'string' ? deviceOf(query.device) : query.device
  const id: KernelId = { kernel: query.kernel, pass: query.pass, target: query.target }
  const passed: Passed[] = []
  const candidates = candidatesOf(files, { id, device, problem })

  for (const candidate of candidates.filter(({ found }) => found === 'exact')) {
    const refusal = legalRefusal(candidate, { id, device, problem })
    if (refusal === undefined) return answer(candidate, { id, problem, device })
    passed.push({ ...candidate, refusal })
  }

  const model = solveModel(id, problem, device)
  if (model.status === 'infeasible')
    return {
      status: 'infeasible',
      reason: infeasibleReason({ id, problem, device: device.name }),
      explanation: model.explanation,
    }
  for (const candidate of candidates.filter(({ found }) => found !== 'exact')) {
    const refusal = legalRefusal(candidate, { id, device, problem }) ?? costRefusal(candidate, model)
    if (refusal === undefined) return answer(candidate, { id, problem, device })
    passed.push({ ...candidate, refusal })
  }
  const config = inDeclarationOrder(id, model.config)
  return { status: 'found', found: 'solved', config, evidence: 'model', reason: solvedReason(device.name, passed) }
}

/** A preset that might answer: of this device or another of its architecture, of this problem or another of its class. */
interface Candidate {
  readonly found: Exclude<FoundBy, 'solved'>
  readonly device: string
  readonly preset: Preset
  readonly distance: number
}

interface Wanted {
  readonly id: KernelId
  readonly device: Device
  readonly problem: Problem
}

const ORDER: readonly FoundBy[] = ['exact', 'nearest', 'architecture']
const STRENGTH: readonly Evidence[] = ['measured', 'compiled', 'model']

function candidatesOf(files: readonly PresetFile[], { id, device, problem }: Wanted): readonly Candidate[] {
  const shelf = shelfOf(device)
  const fitting = files.filter(
    (file) =>
      file.kernel === id.kernel &&
      file.pass === id.pass &&
      file.target === id.target &&
      file.vendor === shelf.vendor &&
      file.architecture === shelf.architecture,
  )
  const candidates = fitting.flatMap((file) =>
    file.presets.flatMap((preset): readonly Candidate[] => {
      const far = distance(problem, preset.problem)
      if (far === undefined) return []
      const found = file.device !== shelf.device ? 'architecture' : far === 0 ? 'exact' : 'nearest'
      return [{ found, device: file.device, preset, distance: far }]
    }),
  )
  // The names of devices come last: they make the order the same whatever the order of files.
  return candidates.toSorted(
    (a, b) =>
      ORDER.indexOf(a.found) - ORDER.indexOf(b.found) ||
      a.distance - b.distance ||
      STRENGTH.indexOf(a.preset.evidence) - STRENGTH.indexOf(b.preset.evidence) ||
      (a.device < b.device ? -1 : 1),
  )
}

function legalRefusal({ preset }: Candidate, { id, device, problem }: Wanted): string | undefined {
  // The compiler's report is of the preset's own source; it counts where the source is the same.
  const compiler = preset.evidence !== 'model' && isSameSource(problem, preset.problem) ? preset.compiler : undefined
  const claim = { ...id, problem, config: preset.config, ...(compiler === undefined ? {} : { compiler }) }
  const validity = validatePreset(claim, device)
  return validity.status === 'valid' ? undefined : validity.violations[0]
}

// A preset of another problem or device may be legal and yet a bad choice. Where the model that ranks everything else
// finds it this much worse than its optimum, the optimum is the better guess.
const WORST_COST_FACTOR = 1.2

function costRefusal({ preset }: Candidate, model: ModelOptimum): string | undefined {
  const factor = model.costOf(preset.config) / model.cost
  return factor <= WORST_COST_FACTOR ? undefined : `by the model it is ${factor.toFixed(2)} times the optimum`
}

function answer({ found, device, preset }: Candidate, wanted: Wanted): PresetAnswer {
  const { id, problem } = wanted
  const words = {
    device: wanted.device.name,
    from: device,
    preset,
    isStale: preset.provenance.rulesSha256 !== rulesHash(id),
  }
  const reason = { exact: exactReason, nearest: nearestReason, architecture: architectureReason }[found](words)
  const evidence = found === 'exact' ? preset.evidence : transferred(problem, preset)
  return { status: 'found', found, config: inDeclarationOrder(id, preset.config), evidence, reason, preset }
}

// The same source on the same architecture compiles to the same code; no duration carries over.
function transferred(problem: Problem, preset: Preset): Evidence {
  return preset.evidence !== 'model' && isSameSource(problem, preset.problem) ? 'compiled' : 'model'
}

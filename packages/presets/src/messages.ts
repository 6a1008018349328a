import { kernelText, problemText } from '@tilewright/kernels'
import type { KernelId, Problem } from '@tilewright/kernels'
import type { z } from 'zod'
import type { Preset } from './preset.ts'

type Issue = z.core.$ZodIssue

/** The first thing that is wrong with a preset file: where, what stands there, what has to; and how many more there are. */
export function wrongFile(file: string, json: unknown, issues: readonly Issue[]): string {
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  return `${file}: ${issueText(json, issues[0]!)}${more}`
}

/** Two presets of a file are for one problem. */
export function problemTwice(file: string, place: { readonly first: number; readonly second: number }): string {
  return `${file}: presets[${place.second}].problem is that of presets[${place.first}] too; keep one of them`
}

/** A file that lies where another device's or kernel's presets belong. */
export function wrongPlace(file: string, wanted: string): string {
  return `${file}: the presets are those of ${wanted}; move the file there`
}

export function notJson(file: string, reason: string): string {
  return `${file}: this is not JSON: ${reason}`
}

function issueText(json: unknown, issue: Issue): string {
  const found = shown(valueAt(json, issue.path))
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys
    return `${pathText([...issue.path, key!])} is not a field of the format; remove it`
  }
  const subject = issue.path.length === 0 ? found : `${pathText(issue.path)} is ${found}`
  return `${subject}; it ${wantedText(issue)}`
}

function wantedText(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `has to be ${KINDS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `has to be ${anyOf(issue.values.map(shown))}`
    case 'too_small':
      return `has to be ${issue.inclusive === false ? 'above' : 'at least'} ${issue.minimum}`
    case 'too_big':
      return `has to be ${issue.inclusive === false ? 'below' : 'at most'} ${issue.maximum}`
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is no name'
    case 'invalid_union':
      return 'has to be one of the kinds of evidence, "model", "compiled" or "measured"'
    case 'invalid_format':
      return issue.format === 'date' ? 'has to be a date such as "2026-11-23"' : issue.message
    default:
      return issue.message
  }
}

const KINDS: Readonly<Record<string, string>> = {
  int: 'an integer',
  number: 'a number',
  string: 'text',
  object: 'an object',
  record: 'an object',
  array: 'a list',
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}${text === '' ? '' : '.'}${String(key)}`),
    '',
  )
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    json,
  )
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function anyOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

export function missingParameter(name: string): string {
  return `${name} is missing`
}

export function unknownParameter(name: string, declared: readonly string[]): string {
  return `${name} is no parameter of the kernel; they are ${declared.join(', ')}`
}

/** A preset that was looked at and not taken. */
export interface Passed {
  readonly device: string
  readonly preset: Preset
  readonly refusal: string
}

interface Chosen {
  readonly device: string
  readonly from: string
  readonly preset: Preset
  /** The rules have changed since the preset was made. */
  readonly isStale: boolean
}

export function exactReason({ from, preset, isStale }: Chosen): string {
  return `${preset.evidence} preset of ${from} for exactly this problem${staleText(isStale)}`
}

export function nearestReason({ from, preset, isStale }: Chosen): string {
  return `no preset of ${from} is for this problem; the nearest, for ${problemText(preset.problem)}, is legal here${staleText(isStale)}`
}

export function architectureReason({ device, from, preset, isStale }: Chosen): string {
  return `no preset of ${device} fits; that of ${from}, which has the same architecture, for ${problemText(preset.problem)}, is legal here${staleText(isStale)}`
}

export function solvedReason(device: string, passed: readonly Passed[]): string {
  const [first] = passed
  const because =
    first === undefined
      ? `no preset of ${device} or its architecture is for a problem like this`
      : `the preset of ${first.device} for ${problemText(first.preset.problem)} was passed over: ${first.refusal}`
  return `${because}; solved on the spot for the optimum of the cost model`
}

export function infeasibleReason(wanted: {
  readonly id: KernelId
  readonly problem: Problem
  readonly device: string
}): string {
  return `${kernelText(wanted.id)}, ${problemText(wanted.problem)} on ${wanted.device}: no configuration fits`
}

function staleText(isStale: boolean): string {
  return isStale ? ', though its rules have changed since it was made' : ''
}

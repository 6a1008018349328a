import type { Explanation } from '@tilewright/solver'

/** What a person reads of the solver's explanation: the clashing rules with their numbers, then what would fit. */
export function explanationText(explanation: Explanation): string {
  if (explanation.status === 'feasible') return `feasible: ${explanation.count} configurations`
  const lines = ['no configuration fits; these rules clash, and none of them can be spared:']
  for (const { rule, text, values } of explanation.conflict) lines.push(`  "${rule}": ${text}`, `    ${values}`)
  for (const { given, value } of explanation.relaxations) lines.push(`fits: ${wordOf(given)} ${value}`)
  return lines.join('\n')
}

// Givens that a flag of the command sets, in the words that the user typed.
const FLAGS: Readonly<Record<string, string>> = {
  HEAD_DIM: '--head-dim',
  CHANNELS: 'heads × --head-dim',
  BATCH: '--batch',
  HEADS: '--heads',
  TIME: '--time',
}

function wordOf(given: string): string {
  return FLAGS[given] ?? given
}

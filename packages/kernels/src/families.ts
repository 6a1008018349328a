import { cell as findCell } from '@tilewright/cells'
import type { Family } from './family.ts'
import type { FamilyName, Pass } from './problem.ts'
import { recurrentFused } from './recurrent-fused/family.ts'
import { scan } from './scan/family.ts'

const FAMILIES: Readonly<Record<FamilyName, Family>> = { 'recurrent-fused': recurrentFused, scan }

export function familyNames(): readonly FamilyName[] {
  return Object.keys(FAMILIES) as FamilyName[]
}

/** The family that computes a cell unless the user says otherwise. */
export function familyOf(cell: string): FamilyName {
  const { kind } = findCell(cell)
  return familyNames().find((name) => FAMILIES[name].kind === kind)!
}

/** The passes that a family has kernels of. */
export function passesOf(name: FamilyName): readonly Pass[] {
  return FAMILIES[name].passes
}

export function family(name: FamilyName): Family {
  return FAMILIES[name]
}

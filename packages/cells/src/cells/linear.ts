import { defineCell } from '../cell.ts'
import type { ScanCell } from '../cell.ts'
import { input } from '../expression.ts'

/** The bare linear recurrence h' = a h + b. */
export const linear: ScanCell = defineCell({
  kind: 'scan',
  name: 'linear',
  inputs: ['a', 'b'],
  a: input('a'),
  b: input('b'),
})

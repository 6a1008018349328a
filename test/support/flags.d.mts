import type { Problem } from '@tilewright/kernels'

export const FLAGS: readonly Partial<Problem>[]

import { model } from './model.ts'
import type { Strategy } from './strategy.ts'

/** The most configurations that are tried completely: a few hundred, at about a tenth of a second each. */
export const LARGEST_EXHAUSTIVE = 1024

/** All of a small space, best first, so that an early end still leaves the model's best tried. */
export const exhaustive: Strategy = model

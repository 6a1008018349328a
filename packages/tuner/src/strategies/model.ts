import { keyOf } from '../trial.ts'
import type { Strategy } from './strategy.ts'

/** The ranking as it is: for backends that cannot time, and for models that are trusted. */
export const model: Strategy = ({ ranked, taken }) => ranked.find(({ config }) => !taken.has(keyOf(config)))

import { exhaustive } from './exhaustive.ts'
import { model } from './model.ts'
import { spread } from './spread.ts'
import type { Strategy } from './strategy.ts'

export type StrategyName = 'model' | 'spread' | 'exhaustive'

export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = { model, spread, exhaustive }

export function strategyNames(): readonly StrategyName[] {
  return Object.keys(STRATEGIES) as StrategyName[]
}

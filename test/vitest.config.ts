import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config'
import shared from '../vitest.shared.ts'

// Compilers and CPU drivers take seconds, and two of them at once is what two cores carry.
const config: ViteUserConfig = mergeConfig(
  shared,
  defineConfig({ test: { testTimeout: 300_000, hookTimeout: 300_000, maxWorkers: 2 } }),
)

export default config

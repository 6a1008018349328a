import { defineConfig, mergeConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

// A search of many candidates takes a second or two here and ten times that on a busy machine; how long says nothing.
export default mergeConfig(shared, defineConfig({ test: { testTimeout: 60_000 } }))

import { defineConfig } from 'vitest/config'

// Unit tests import the sources of other packages, so no build is needed. The list replaces vite's defaults, hence the
// three names after ours.
export default defineConfig({
  // On two shared cores compilers and child processes take several times what they take alone.
  test: { testTimeout: 30_000, hookTimeout: 60_000 },
  ssr: { resolve: { conditions: ['@tilewright/source', 'module', 'node', 'development|production'] } },
})

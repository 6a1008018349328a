import { defineConfig } from 'vitest/config'

// Unit tests import the sources of other packages, so no build is needed. The list replaces vite's defaults, hence the
// three names after ours.
export default defineConfig({
  ssr: { resolve: { conditions: ['@tilewright/source', 'module', 'node', 'development|production'] } },
})

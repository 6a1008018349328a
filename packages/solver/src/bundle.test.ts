import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'

// What a web page loads: everything, minified, compressed. 30 kB is a promise of the README.
test('the bundle for a browser is small and needs nothing else', { timeout: 60_000 }, async () => {
  const bundle = await rolldown({
    input: fileURLToPath(new URL('index.ts', import.meta.url)),
    platform: 'browser',
  })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  await bundle.close()
  expect(output).toHaveLength(1)
  const [{ code, imports }] = output
  expect(imports).toEqual([])
  expect(gzipSync(code).length).toBeLessThan(30_000)
})

import { expect, test } from 'vitest'
import { presetFileSchema } from './format.ts'

// Made by `npx vitest run -u src/format.test.ts` in this package, after the format has changed on purpose.
test('tuned/schema.json is the schema of the format', async () => {
  const text = `${JSON.stringify(presetFileSchema(), null, 2)}\n`
  await expect(text).toMatchFileSnapshot('../../../tuned/schema.json')
})

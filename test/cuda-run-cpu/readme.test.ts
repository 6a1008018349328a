import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)
const readme = await readFile(new URL('packages/backend-cuda/README.md', root), 'utf8')
const command = fileURLToPath(new URL('packages/cli/bin/tilewright.js', root))
const kernels = fileURLToPath(new URL('packages/backend-cuda/test-kernels/', root))

/** Commands of the README and what it says that they print, times left out. */
const sessions = [...readme.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
  block!
    .split(/^\$ npx tilewright /m)
    .slice(1)
    .map((text) => [text.split('\n')[0]!, timeless(text.slice(text.indexOf('\n') + 1))] as const),
)

function timeless(text: string): string {
  return text.replaceAll(/, \d+ ms$/gm, ', … ms')
}

async function printed(line: string, cwd: string): Promise<string> {
  const run = promisify(execFile)(process.execPath, [command, ...line.split(' ')], { cwd })
  // What a command finds ends it with exit code 5.
  const { stdout, stderr } = await run.catch((ended: { code: number; stdout: string; stderr: string }) => {
    expect(ended.code, ended.stderr).toBe(5)
    return ended
  })
  return timeless(stdout + stderr)
}

test('the README has the planted faults', () => {
  const reasons = sessions.map(([, output]) => /^order 0 {2}([\w-]+)/m.exec(output)?.[1])
  expect(new Set(reasons)).toEqual(
    new Set(['ran', 'uninitialised', 'race', 'copy-not-awaited', 'out-of-bounds', 'divergent-barrier', 'deadlock']),
  )
})

test.each(sessions)('%s prints what the README says', async (line, output) => {
  const folder = await mkdtemp(join(tmpdir(), 'tilewright-readme-'))
  try {
    for (const [language, name] of [
      ['cuda', 'scale.cu'],
      ['json', 'scale.json'],
    ] as const)
      await writeFile(join(folder, name), new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(readme)![1]!)
    expect(await printed(line, line.includes('scale.cu') ? folder : kernels)).toBe(output)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

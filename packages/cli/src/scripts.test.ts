import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { adaptersHere, ran } from './fixture.ts'

// The scripts of npm, which take the same flags as the command and end as it does.
const root = new URL('../../../', import.meta.url).pathname
const SCRIPTS = {
  'bench:scan': 'packages/cli/bench/scan.mjs',
  'bench:model': 'packages/cli/bench/model.mjs',
  'verify:matrix': 'test/matrix/verify.mjs',
} as const
const run = (name: keyof typeof SCRIPTS, ...flags: readonly string[]) => ran(root, SCRIPTS[name], ...flags)
const adapters = await adaptersHere()

test.each(['bench:scan', 'bench:model', 'verify:matrix'] as const)('%s has help, with an example', (name) => {
  expect(existsSync(root + SCRIPTS[name])).toBe(true)
  const { code, stdout, stderr } = run(name, '--help')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(
    new RegExp(`^Usage: npm run ${name} -- \\[options\\][^]*\nExample:\n  npm run ${name} -- --device`),
  )
})

test.each([
  ['bench:scan', ['--cell', 'lstm'], 2, /^--cell: lstm is not a scan; there are hgrn, .*sru\n$/],
  ['bench:scan', ['--cell', 'mingruu'], 2, /^cell mingruu: .*did you mean mingru\?\n$/],
  ['bench:scan', ['--rounds', '0'], 2, /^--rounds: 0 is not a whole number/],
  ['bench:scan', ['--device', 'foo'], 2, /^foo: unknown device/],
  ['bench:scan', ['--device', 'webgpu:99'], 4, /^webgpu:99: there is no such adapter here/],
  ['bench:scan', ['--fast'], 2, /^unknown option '--fast'\n[^]*\(npm run bench:scan -- --help has an example\)\n$/],
  ['bench:model', ['--cell', 'mingruu'], 2, /^cell mingruu: /],
  ['bench:model', ['--best', 'few'], 2, /^--best: few is not a whole number/],
  ['bench:model', ['--device', 'webgpu:99'], 4, /^webgpu:99: /],
  ['verify:matrix', ['--cell', 'mingruu'], 2, /^cell mingruu: /],
  ['verify:matrix', ['--device', 'foo'], 2, /^foo: unknown device/],
  ['verify:matrix', ['--device', 'webgpu:99'], 4, /^webgpu:99: /],
  ['verify:matrix', ['--fast'], 2, /^unknown option '--fast'/],
] as const)('%s %s ends with %i and one sentence', (name, flags, code, sentence) => {
  const seen = run(name, ...flags)
  expect(seen.stderr).toMatch(sentence)
  expect(seen.stderr).not.toMatch(/\n {4}at /)
  expect([seen.code, seen.stdout]).toEqual([code, ''])
})

describe.runIf(adapters.length > 0)('on an adapter', { timeout: 60_000 }, () => {
  const SMALL = ['--device', 'webgpu', '--cell', 'mingru', '--batch', '2', '--time', '64', '--head-dim', '8']

  test.each([
    ['bench:scan', ['--time', '5x'], 2, /^--time: 5x is not a whole number/],
    ['bench:scan', ['--pass', 'foo'], 2, /^--pass: foo is not a pass/],
    ['bench:scan', ['--head-dim', '16777216'], 3, /: no configuration fits; /],
    ['bench:model', ['--pass', 'foo'], 2, /^--pass: foo is not a pass/],
  ] as const)('%s %s ends with %i and one sentence', (name, flags, code, sentence) => {
    const seen = run(name, ...SMALL, ...flags)
    expect(seen.stderr).toMatch(sentence)
    expect(seen.stderr).not.toMatch(/\n {4}at /)
    expect([seen.code, seen.stdout]).toEqual([code, ''])
  })

  test('where there is no terminal no line is drawn again', () => {
    for (const seen of [
      run('bench:scan', ...SMALL, '--candidates', '1', '--rounds', '1'),
      run('bench:model', ...SMALL, '--best', '1', '--spread', '1'),
    ])
      expect([seen.code, seen.stderr]).toEqual([0, ''])
  })

  test('the matrix says how many of its cells nothing ran for', () => {
    // SwiftShader, where it is the last one, has no shader-f16 and is quick.
    const device = adapters.at(-1)!.name
    const { code, stdout, stderr } = run('verify:matrix', '--device', device, '--cell', 'linear')
    const counted =
      /^(\d+) of \1 kernels agree with the float64 reference, seed 1; (\d+) have no configuration on webgpu:\d\n$/
    expect(stderr).toMatch(counted)
    expect(Number(counted.exec(stderr)![2])).toBe(stdout.match(/ -(?= |$)/gm)!.length)
    expect(code).toBe(0)
  })
})

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cellNames } from '@tilewright/cells'
import { afterAll, describe, expect, test } from 'vitest'
import { tilewrightIn } from './fixture.ts'

const scratch = mkdtempSync(join(tmpdir(), 'tilewright-cli-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const tilewright = tilewrightIn(scratch)

const LSTM = ['--device', 'h100-sxm', '--cell', 'lstm', '--head-dim', '64', '--dtype', 'bf16']

describe('bad input ends in one sentence on stderr and the contract’s exit code', () => {
  writeFileSync(join(scratch, 'broken.space'), 'given A\nparam B in 1..A\nrule "r" : C == 1\n')
  writeFileSync(join(scratch, 'file'), '')
  writeFileSync(join(scratch, 'launch.json'), '{ "buffers": [], "dispatches": [{ "entryPoint": "k", "block": 1 }] }')
  test.each([
    ['an unknown cell', ['explain', ...LSTM.with(3, 'lstn')], 2, /lstn/],
    ['a head dim of 0', ['explain', ...LSTM.with(5, '0')], 2, /^--head-dim: 0 is not a whole number/],
    [
      'an unknown dtype',
      ['explain', ...LSTM.with(7, 'int3')],
      2,
      /^--dtype: no type named int3; there are f32, bf16 and f16/,
    ],
    ['an unknown model', ['explain', ...LSTM.with(1, 'h100')], 2, /h100/],
    [
      'a GPU that is not here',
      ['tune', ...LSTM.with(1, 'cuda:0')],
      4,
      /^cuda:0: libcuda-of-nobody\.so\.1: .*does not load here/,
    ],
    ['an adapter that is not here', ['tune', '--device', 'webgpu:99', '--cell', 'mingru'], 4, /^webgpu:99: /],
    ['a broken rule file', ['solve', 'broken.space', '--set', 'A=4'], 2, /^broken\.space:3:12: unknown name C/],
    ['a rule file that is not there', ['solve', 'none.space'], 2, /^none\.space: does not exist; name another path\n$/],
    [
      'a configuration that is not there',
      ['generate', ...LSTM, '--config', 'none.json'],
      2,
      /^none\.json: does not exist; name another path\n$/,
    ],
    [
      'vectors that are not there',
      ['verify', '--device', 'webgpu', '--vectors', 'none'],
      2,
      /^none: does not exist; name another path\n$/,
    ],
    [
      'a layout of packed sequences',
      ['explain', ...LSTM.with(3, 'mingru'), '--layout', 'tbd', '--cu-seqlens'],
      2,
      /; leave out --layout tbd or --cu-seqlens\n$/,
    ],
    ['a folder that cannot be made', ['generate', ...LSTM, '-o', 'file/out'], 2, /file/],
    [
      'a folder where none can be made',
      ['generate', ...LSTM, '-o', '/proc/tilewright'],
      2,
      /^\/proc\/tilewright: cannot be made; /m,
    ],
    [
      'a launch that is not there',
      ['cuda-cpu', 'k.cu', '--launch', 'none.json'],
      2,
      /^none\.json: there is no such file/,
    ],
    ['a launch that is no JSON', ['cuda-cpu', 'k.cu', '--launch', 'broken.space'], 2, /^broken\.space: is not JSON/],
    ['a source that is not there', ['cuda-cpu', 'k.cu', '--launch', 'launch.json'], 2, /^k\.cu: there is no such file/],
    ['an unknown option', ['generate', ...LSTM, '--fast'], 2, /unknown option '--fast'/],
    ['an unknown family', ['explain', ...LSTM, '--kernel', 'fused'], 2, /^--kernel: no family named fused/],
    ['WGSL in 16 bits', ['explain', '--device', 'apple-m2', '--cell', 'lstm', '--dtype', 'bf16'], 2, /use --dtype f32/],
  ] as const)('%s', (_name, args, code, sentence) => {
    const result = tilewright(...args)
    expect(result.stderr).toMatch(sentence)
    expect(result.stderr).not.toMatch(/\n {4}at /)
    expect(result.code).toBe(code)
    expect(result.stdout).toBe('')
  })
})

test.each([
  ['webgpu-default', 'minlstm', [], '--packed forget,input,hidden'],
  ['h100-sxm', 'sru', ['--checkpoint', '16'], '--checkpoint 8'],
])('where nothing fits on %s, flags of a scan with which something does', (device, cell, flags, fitting) => {
  const problem = ['--device', device, '--cell', cell, '--pass', 'backward']
  const { code, stderr } = tilewright('generate', ...problem, ...flags, '-o', scratch)
  expect(code).toBe(3)
  expect(stderr).toContain(`\nfits: ${fitting}\n`)
  expect(tilewright('explain', ...problem, ...fitting.split(' ')).code).toBe(0)
})

test('an infeasible problem exits 3 with the rules that clash and the nearest head dim that fits', () => {
  const { code, stderr, stdout } = tilewright('explain', ...LSTM.with(5, '5000'), '--json')
  expect(code).toBe(3)
  expect(stderr).toContain('"every block resident at once"')
  const nearest = Number(/fits: --head-dim (\d+)/.exec(stderr)![1])
  const document = JSON.parse(stdout)
  expect(document).toMatchObject({
    schemaVersion: 1,
    status: 'infeasible',
    explanation: { relaxations: [{ given: 'HEAD_DIM', value: nearest }] },
  })
  expect(tilewright('explain', ...LSTM.with(5, String(nearest))).code).toBe(0)
})

test('generate writes a source and its plan, and nothing else', () => {
  const { code, stdout } = tilewright('generate', ...LSTM, '-o', 'made')
  expect(code).toBe(0)
  expect(readdirSync(join(scratch, 'made')).sort()).toEqual([
    'lstm_fused_forward_bf16_d64.cu',
    'lstm_fused_forward_bf16_d64.plan.json',
  ])
  expect(stdout.trim().split('\n')).toHaveLength(2)
  expect(readFileSync(join(scratch, 'made/lstm_fused_forward_bf16_d64.cu'), 'utf8')).toContain('extern "C" __global__')
})

test('a configuration that breaks the rules is refused by their names', () => {
  const config = {
    ROW_TILES: 1,
    WARPS_ROWS: 2,
    WARPS_K: 1,
    CACHED_K_TILES: 0,
    BATCH_TILES: 1,
    BATCH_BLOCKS: 1,
    HEADS_PER_LAUNCH: 1,
    BLOCKS_PER_SM: 1,
  }
  writeFileSync(join(scratch, 'config.json'), JSON.stringify({ config }))
  const { code, stderr } = tilewright('generate', ...LSTM, '--config', 'config.json', '-o', 'refused')
  expect(stderr).toContain('"warps share the rows evenly"')
  expect(code).toBe(3)
  expect(existsSync(join(scratch, 'refused'))).toBe(false)
})

test('solve counts, lists, minimises and explains', { timeout: 60_000 }, () => {
  writeFileSync(
    join(scratch, 'rules.space'),
    'given N\nparam A in divisors(N)\nparam B in 1..4\nrule "product" : A * B <= 6\nminimise A - B\n',
  )
  const solve = (...args: string[]) => tilewright('solve', 'rules.space', '--set', 'N=12', ...args)
  expect(solve('--count').stdout).toBe('11\n')
  expect(JSON.parse(solve('--all', '--json').stdout).configurations).toHaveLength(11)
  expect(solve('--minimise').stdout).toBe('A=1 B=4  objective -3\n')
  expect(solve('--minimise', 'B - A').stdout).toBe('A=6 B=1  objective -5\n')
  expect(solve('--sample', '5', '--seed', '3').stdout).toBe(solve('--sample', '5', '--seed', '3').stdout)
  expect(solve('--all').stdout.trim().split('\n')).toHaveLength(11)
  expect(solve('--nth', '10').stdout).toBe(solve('--all').stdout.trim().split('\n')[10] + '\n')
  expect(solve('--nth', '11').stderr).toBe('--nth: there are 11 configurations, from 0 to 10\n')
  expect(solve('--neighbours', 'A=2', 'B=3').stdout).toBe('A=1 B=3\nA=2 B=1\nA=2 B=2\n')
  writeFileSync(join(scratch, 'best.json'), solve('--minimise', '--json').stdout)
  expect(solve('--check', 'best.json').stdout).toMatch(/^best\.json: verified: no configuration is better/)
  const other = tilewright('solve', 'rules.space', '--set', 'N=24', '--check', 'best.json')
  expect([other.code, other.stderr]).toEqual([5, expect.stringContaining('refuted: it was made for other rules')])
  expect(solve('--check', 'rules.space').code).toBe(2)
  writeFileSync(
    join(scratch, 'clash.space'),
    'param A in 1..4\nrule "large" : A > 3\nrule "small" : A < 3\nrule "spare" : A != 9\n',
  )
  const clash = tilewright('solve', 'clash.space')
  expect(clash.code).toBe(3)
  expect(clash.stderr).toMatch(/"large"[^]*"small"/)
  expect(clash.stderr).not.toContain('"spare"')
})

test('devices lists the models, as text and as data', () => {
  expect(tilewright('devices').stdout).toMatch(/h100-sxm +sm_90/)
  const { models } = JSON.parse(tilewright('devices', '--json').stdout)
  expect(models.map(({ name }: { name: string }) => name)).toContain('rtx-4090')
})

test('tune is a command of its own', () => {
  const help = execFileSync(process.execPath, [new URL('../bin/tune.js', import.meta.url).pathname, '--help'], {
    encoding: 'utf8',
  })
  expect(help).toContain('tune --device h100-sxm --cell lstm')
})

test('the help of a problem names every cell', () => {
  const help = tilewright('explain', '--help').stdout.replaceAll(/\s+/g, ' ')
  expect(help).toContain(`one of ${cellNames().join(', ')} `)
})

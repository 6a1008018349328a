import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configText } from '@tilewright/kernels'
import { afterAll, describe, expect, test } from 'vitest'
import { adaptersHere, tilewrightIn } from './fixture.ts'

const scratch = mkdtempSync(join(tmpdir(), 'tilewright-verify-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const tilewright = tilewrightIn(scratch)
const verify = (...args: readonly string[]) => tilewright('verify', ...args)

const golden = new URL('../../cells/data/vectors/', import.meta.url).pathname
for (const name of ['lstm-b2-t5-n2-d8-zero.json', 'mingru-b2-t17-d6-h0.json'])
  cpSync(join(golden, name), join(scratch, 'vectors', name))

const adapters = await adaptersHere()

test('a model that is not here exits 4 and names what can run', { timeout: 60_000 }, () => {
  for (const command of ['verify', 'tune']) {
    const { code, stdout, stderr } = tilewright(command, '--device', 'webgpu-default', '--cell', 'mingru')
    expect([code, stdout]).toEqual([4, ''])
    expect(stderr).toMatch(/^webgpu-default: is a model that nothing here can run; .*tilewright generate.*\n$/)
    for (const { name } of adapters) expect(stderr).toContain(name)
  }
})

test('cuda-cpu without a compiler for the CPU exits 4', () => {
  process.env['TILEWRIGHT_CXX'] = '/nowhere/g++'
  try {
    const { code, stdout, stderr } = verify('--device', 'cuda-cpu', '--cell', 'mingru')
    expect([code, stdout]).toEqual([4, ''])
    expect(stderr).toMatch(/^cuda-cpu: .*\n$/)
  } finally {
    delete process.env['TILEWRIGHT_CXX']
  }
})

test.each([
  [['--cell', 'gru'], 'vectors: has no vectors of gru; there are lstm, mingru'],
  [['--cell', 'lstm', '--kernel', 'scan'], 'vectors: has no vectors of lstm and scan; there are lstm, mingru'],
  [['--cell', 'mingruu'], 'mingruu'],
  [['--head-dim', '8'], '--head-dim: golden vectors have problems of their own; leave --head-dim or --vectors out'],
  [['--resets'], '--resets: golden vectors have problems of their own; leave --resets or --vectors out'],
  [['--config', 'c.json'], '--config: golden vectors have problems of their own; leave --config or --vectors out'],
])('golden vectors with %s are bad input', (flags, sentence) => {
  const { code, stdout, stderr } = verify('--device', 'webgpu', '--vectors', 'vectors', ...flags)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(sentence)
})

describe.runIf(adapters.length > 0)('on an adapter', { timeout: 60_000 }, () => {
  const SMALL = ['--device', 'webgpu', '--cell', 'mingru', '--batch', '2', '--time', '17', '--head-dim', '6']
  // More blocks than a launch of WebGPU has.
  const UNFIT = ['--device', 'webgpu', '--cell', 'mingru', '--head-dim', '16777216']

  test('where nothing fits it exits 3 with what explain prints', () => {
    const seen = verify(...UNFIT, '--json')
    expect(seen).toEqual(tilewright('explain', ...UNFIT, '--json'))
    expect(seen.code).toBe(3)
    expect(JSON.parse(seen.stdout)).toMatchObject({ status: 'infeasible' })
  })

  test('a configuration from a file is what is checked, and said to be', () => {
    const config = { CHANNEL_LANES: 8, TIME_LANES: 1, ITEMS: 4, VECTOR: 1, PARTS: 1, SUBGROUPS: 0 }
    writeFileSync(join(scratch, 'config.json'), JSON.stringify({ config }))
    const { code, stdout } = verify(...SMALL, '--config', 'config.json', '--json')
    expect(code).toBe(0)
    const { results } = JSON.parse(stdout)
    for (const row of results) expect(row).toMatchObject({ config, configText: configText(config) })
    expect(verify(...SMALL, '--config', 'config.json').stdout).toContain(`correct  ${configText(config)}\n`)
    writeFileSync(join(scratch, 'broken.json'), JSON.stringify({ ...config, CHANNEL_LANES: 7 }))
    const broken = verify(...SMALL, '--config', 'broken.json')
    expect(broken).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^broken\.json: .* breaks rules/),
    })
  })

  test('of golden vectors, those of one cell or family where one is asked for', () => {
    const cells = (...flags: string[]) => {
      const { code, stdout } = verify('--device', 'webgpu', '--vectors', 'vectors', ...flags, '--json')
      const sources: readonly string[] = JSON.parse(stdout).results.map(({ source }: { source: string }) => source)
      return [code, ...new Set(sources.map((source) => source.split('-')[0]))]
    }
    expect(cells()).toEqual([0, 'lstm', 'mingru'])
    expect(cells('--cell', 'mingru')).toEqual([0, 'mingru'])
    expect(cells('--kernel', 'recurrent-fused')).toEqual([0, 'lstm'])
  })

  // SwiftShader has no shader-f16.
  const unable = adapters.find(({ title }) => title.includes('SwiftShader'))?.name ?? ''
  test.runIf(unable)('of golden vectors, kernels that do not fit are rows without numbers', () => {
    const flags = ['--device', unable, '--vectors', 'vectors', '--cell', 'mingru', '--dtype', 'f16']
    const { code, stdout, stderr } = verify(...flags, '--json')
    expect(code).toBe(3)
    expect(stdout).not.toContain('Infinity')
    const { status, results } = JSON.parse(stdout)
    const kernels = results.filter(({ kernel }: { kernel: string }) => kernel !== 'reference')
    expect([status, kernels.length]).toEqual(['infeasible', 2])
    for (const row of kernels) expect(row).toMatchObject({ tensor: '-', status: 'infeasible' })
    expect(stderr).toContain(`not one of these kernels has a configuration on ${unable}\n`)
    expect(verify(...flags).stdout).toMatch(/scan forward +f16 +- +- +- +infeasible$/m)
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { adaptersHere, tilewrightIn } from './fixture.ts'

const scratch = mkdtempSync(join(tmpdir(), 'tilewright-tune-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const tilewright = tilewrightIn(scratch)
const adapters = await adaptersHere()

test.runIf(adapters.length > 0)(
  'a run goes on with a log of its own seed and strategy only',
  { timeout: 60_000 },
  () => {
    const problem = ['--cell', 'mingru', '--batch', '2', '--time', '17', '--head-dim', '6']
    const tune = (...flags: string[]) => tilewright('tune', '--device', 'webgpu', ...problem, '--trials', '1', ...flags)
    expect(tune('--seed', '7', '--strategy', 'model').code).toBe(0)
    const log = /\S+mingru_scan_forward_f32_d6_b2_t17_n1\.trials\.jsonl/
    for (const [flag, logged, asked] of [
      ['--seed', '7', '2'],
      ['--strategy', 'model', 'spread'],
    ] as const) {
      const { code, stdout, stderr } = tune('--resume', flag, asked)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(log)
      expect(stderr).toContain(
        `: the log has ${flag} ${logged}, and ${flag} ${asked} was asked for; leave ${flag} out, or begin a new log without --resume\n`,
      )
    }
    const resumed = tune('--resume', '--seed', '7')
    expect(resumed.stderr).toContain('1 of them in the log')
    expect(resumed.code).toBe(0)
  },
)

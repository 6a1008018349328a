import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildStandIn, PTXAS } from '../../packages/backend-cuda/standin/standin.ts'
import { toolchain } from '../support/toolchain.ts'

// The command as on a machine with an NVIDIA GPU; the library it finds for the driver is a stand-in that runs on the CPU.
const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/tilewright.js', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'tilewright-driver-'))
afterAll(() => rmSync(scratch, { recursive: true }))

let library: string
beforeAll(async () => {
  const { cxx } = await toolchain()
  if (cxx.status === 'missing') throw new Error(cxx.message)
  library = await buildStandIn(cxx)
})

function tilewright(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): { code: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, TILEWRIGHT_LIBCUDA: library, TILEWRIGHT_PTXAS: PTXAS, ...environment }
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8', env })
  return { code: status, stdout, stderr }
}

const SMALL = ['--cell', 'mingru', '--head-dim', '37', '--batch', '2', '--time', '19']

test('devices lists the GPUs that the driver gives', () => {
  const { present } = JSON.parse(tilewright(['devices', '--json'], { TILEWRIGHT_STANDIN: 'gpus=2' }).stdout)
  const names = present.map(({ name }: { name: string }) => name)
  expect(names.slice(0, 2)).toEqual(['cuda:0', 'cuda:1'])
})

test('verify runs kernels on the GPU and compares them', () => {
  const lstm = ['--cell', 'lstm', '--head-dim', '37', '--batch', '3', '--time', '4', '--dtype', 'bf16']
  for (const problem of [SMALL, lstm]) {
    const { code, stdout, stderr } = tilewright(['verify', '--device', 'cuda:0', ...problem, '--json'])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'correct',
      device: 'cuda:0',
      fingerprint: { gpu: 'Stand-in (software)', uuid: 'GPU-00102030-4050-6070-8090-a0b0c0d0e0f0' },
    })
  }
})

test('tune times on the GPU, and its preset says so', () => {
  const { code, stderr } = tilewright(['tune', '--device', 'cuda:0', ...SMALL, '--trials', '2', '--out', scratch])
  expect(stderr).toMatch(/2\/2 {2}correct/)
  expect(code).toBe(0)
  const file = join(scratch, 'nvidia/sm_90/stand-in/scan-forward-cuda.json')
  const { presets } = JSON.parse(readFileSync(file, 'utf8'))
  expect(presets[0]).toMatchObject({ evidence: 'measured', measurement: { clock: 'cuda-event' } })
})

test('kernels that end the driver’s context are trials that failed, and the search goes on', () => {
  const entryPoint = 'mingru_scan_forward_f32_d37'
  const environment = { TILEWRIGHT_STANDIN: `illegal=${entryPoint}` }
  const args = ['tune', '--device', 'cuda:0', ...SMALL, '--trials', '2', '--out', join(scratch, 'illegal')]
  const { code, stderr } = tilewright(args, environment)
  expect(stderr).toContain('2/2  runtime')
  expect(stderr).toContain('CUDA_ERROR_ILLEGAL_ADDRESS (700)')
  expect(code).toBe(5)
})

test.each([
  ['no driver', 'cuda:0', { TILEWRIGHT_LIBCUDA: 'libcuda-of-nobody.so.1' }, /^cuda:0: libcuda-of-nobody\.so\.1: /],
  ['no GPU', 'cuda:0', { TILEWRIGHT_STANDIN: 'init=100' }, /^cuda:0: .*libcuda\.so\.1: .*CUDA_ERROR_NO_DEVICE \(100\)/],
  ['no such GPU', 'cuda:3', {}, /^cuda:3: there is no such GPU here: found cuda:0 \(Stand-in \(software\)\); /],
  ['no compiler', 'cuda:0', { TILEWRIGHT_NVCC: '/nowhere/nvcc' }, /^cuda:0: \/nowhere\/nvcc: no such program/],
] as const)('%s: one sentence, exit code 4', (_name, device, environment, sentence) => {
  const { code, stdout, stderr } = tilewright(['verify', '--device', device, ...SMALL], environment)
  expect(stderr).toMatch(sentence)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect([code, stdout]).toEqual([4, ''])
})
